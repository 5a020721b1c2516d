golden() { awk -F'\t' '!/^#/ && NF == 4 { split($2, port, ">"); print "192.0.2.1:" port[1] " > 192.0.2.2:" port[2], $4 }' ../data/golden-packets.txt; }
golden | lisp-decode --hex --instance 100 -
golden | lisp-decode --hex --instance 100 --type map-request --count -
golden | lisp-decode --hex --instance 100 --nonce 1000 --count -
