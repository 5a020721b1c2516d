umask 077; echo test-cpm-key >"$SCRATCH/key"
lisp-cpm-send -n -k "$SCRATCH/key" -i 7 --nonce 17 -p 203.0.113.1 -p 203.0.113.1 -p 2001:db8::1 192.0.2.6 192.0.2.6/32 192.0.2.0/28 | lisp-decode --hex --time none --keys "$SCRATCH/key" -
