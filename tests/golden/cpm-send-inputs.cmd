umask 077; cd "$SCRATCH" || exit; echo test-cpm-key >key
send() { lisp-cpm-send -x 127.0.0.1 "$@"; echo "[exit $?]"; }
send -k key 192.0.2.256
send -k key vm1.example.net
send -k key 192.0.2.6/33
send -k key 192.0.2.6/24
send -k key 0.0.0.0/0
send -k key '[7]192.0.2.6'
send -k key -p 192.0.2 192.0.2.6
printf '198.51.100.1\nvm2\n' >peers
send -k key -P peers 192.0.2.6
for i in $(seq 256); do echo 2001:db8::$i; done >peers
send -k key -P peers 192.0.2.6
send -k key -P missing 192.0.2.6
send -k key -P . 192.0.2.6
send -k missing 192.0.2.6
send -k . 192.0.2.6
chmod 640 key
send -k key 192.0.2.6
chmod 604 key
send -k key 192.0.2.6
: >empty
send -k empty 192.0.2.6
echo 'any of these' >wrong
send -k wrong 192.0.2.6
echo '198.51.100.9 test-cpm-key' >others
send -k others 192.0.2.6
