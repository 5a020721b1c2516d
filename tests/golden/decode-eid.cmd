golden() { awk -F'\t' '!/^#/ && NF == 4 { split($2, port, ">"); print "192.0.2.1:" port[1] " > 192.0.2.2:" port[2], $4 }' ../data/golden-packets.txt; }
for eid in 203.0.112.0/23 203.0.113.7 10.0.0.0/8 '[100]10.1.0.0/16' '[0]10.0.0.0/8' 2001:db8:1:5::/64 0.0.0.0/0; do
	echo "$eid"; golden | lisp-decode --hex --eid "$eid" --count -
done
