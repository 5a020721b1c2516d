golden() { awk -F'\t' '!/^#/ && NF == 4 { split($2, port, ">"); print "192.0.2.1:" port[1] " > 192.0.2.2:" port[2], $4 }' ../data/golden-packets.txt; }
for rloc in 198.51.100.1 198.51.100.10 2001:db8:ffff::9 132.227.62.242 192.0.2.2 203.0.113.7; do
	echo "$rloc"; golden | lisp-decode --hex --rloc "$rloc" --count -
done
