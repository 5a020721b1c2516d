awk -F'\t' '$1 == "ECM-PROBE" || $1 == "REQ-V4" { print $4 }' ../data/golden-packets.txt |
	lisp-decode --hex --check --json - | sed 's/.*"warnings"/"warnings"/'
