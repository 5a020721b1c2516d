golden() { awk -F'\t' '!/^#/ && NF == 4 { split($2, port, ">"); print "192.0.2.1:" port[1] " > 192.0.2.2:" port[2], $4 }' ../data/golden-packets.txt; }
for nonce in 0x1122334455667788 1000 0xabcdef; do echo "$nonce"; golden | lisp-decode --hex --nonce $nonce --count -; done
echo both; golden | lisp-decode --hex --nonce 1000 --nonce 0xabcdef --count -
