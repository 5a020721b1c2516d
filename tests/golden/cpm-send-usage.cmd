umask 077; echo test-cpm-key >"$SCRATCH/key"
send() { lisp-cpm-send -k "$SCRATCH/key" "$@"; echo "[exit $?]"; }
send
send 192.0.2.6
send -x 127.0.0.1:0 192.0.2.6
send -x 127.0.0.1:65536 192.0.2.6
send -x 127.0.0.1 -r 0 192.0.2.6
send -x 127.0.0.1 -r 17 192.0.2.6
send -x 127.0.0.1 -t 0 192.0.2.6
send -x 127.0.0.1 -i 256 192.0.2.6
send -x 127.0.0.1 -a md5 192.0.2.6
send -x 127.0.0.1 -w 2012 192.0.2.6
send -x 127.0.0.1 -w ext15 192.0.2.6
send -x 127.0.0.1 --subtype 4090 192.0.2.6
send -x 127.0.0.1 --any --all 192.0.2.6
send -x 127.0.0.1 --nonce 0x1g 192.0.2.6
send -x 127.0.0.1 --nonce 10000000000000000 192.0.2.6
send -x 127.0.0.1 --unknown 192.0.2.6
lisp-cpm-send -x 127.0.0.1 192.0.2.6
