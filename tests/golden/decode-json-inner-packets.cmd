lisp-decode --hex -F json ../data/inner-packets.txt
