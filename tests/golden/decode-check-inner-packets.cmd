lisp-decode --hex --check ../data/inner-packets.txt
