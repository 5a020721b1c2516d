umask 077
echo '* lip6-fr-xtr' >"$SCRATCH/keys"
lisp-decode --hex -F json --keys "$SCRATCH/keys" ../data/map-register-2012-raw.txt
