lisp-decode --hex ../data/inner-packets.txt
