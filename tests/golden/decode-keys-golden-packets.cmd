umask 077
printf '%s\n' 'key-id=0 golden-key-1' '203.0.113.0/24 golden-key-1' >"$SCRATCH/keys"
awk -F'\t' '!/^#/ && NF == 4 { split($2, port, ">"); print "192.0.2.1:" port[1] " > 192.0.2.2:" port[2], $4 }' ../data/golden-packets.txt |
	lisp-decode --hex --keys "$SCRATCH/keys" --type map-register,map-notify,map-notify-ack -
