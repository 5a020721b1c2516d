umask 077; echo test-cpm-key >"$SCRATCH/key"
send() { lisp-cpm-send -n -k "$SCRATCH/key" -a sha1 --nonce 0x0102030405060708 "$@"; }
for form in seed v102; do
	send -w $form 192.0.2.6
	send -w $form -p 198.51.100.1 -p 2001:db8::1 192.0.2.6/32
	send -w $form -p 198.51.100.1 2001:db8:1::6/128
done
