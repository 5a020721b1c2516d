lisp-decode -r ../data/golden-packets.txt
