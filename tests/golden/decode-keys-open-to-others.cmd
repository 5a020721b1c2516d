exec <../data/map-register-2012-raw.txt
cd "$SCRATCH" || exit
umask 022
echo '* lip6-fr-xtr' >open.keys
lisp-decode --hex --keys open.keys -; echo $?
lisp-decode --hex --insecure-perms --keys open.keys - >/dev/null
