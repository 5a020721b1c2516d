umask 077; echo test-cpm-key >"$SCRATCH/key"; export LISP_CPM_KEYFILE="$SCRATCH/key"
printf '# to whom it talked\n\n 198.51.100.1\t# the first\r\n2001:db8::1' >"$SCRATCH/peers"
send() { lisp-cpm-send -n -a sha1 --nonce 0x0102030405060708 "$@" 192.0.2.6; }
send -P "$SCRATCH/peers"
send -P - <"$SCRATCH/peers"
send -p 198.51.100.1 -P "$SCRATCH/peers"
