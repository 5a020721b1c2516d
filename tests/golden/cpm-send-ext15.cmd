umask 077; printf '%s\n' '198.51.100.9 of-one-xtr' '* of-the-others' >"$SCRATCH/key"
for xtr in 198.51.100.9:4342 '[2001:db8::9]:14342'; do
	lisp-cpm-send -n -k "$SCRATCH/key" -w ext15 --subtype 4090 --nonce a -x "$xtr" -p 203.0.113.1 192.0.2.6 2001:db8:1::/48 | tee -a "$SCRATCH/hex" | sed "s/^/198.51.100.77:5555 > $xtr /" >>"$SCRATCH/sent"
done
cat "$SCRATCH/hex"
lisp-decode --hex --cpm-subtype 4090 --keys "$SCRATCH/key" -F json "$SCRATCH/sent"
