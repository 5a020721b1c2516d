lisp-decode --hex --count ../data/inner-packets.txt
lisp-decode --hex --stats ../data/inner-packets.txt | sed -n '/^types/,/^directions/p'
lisp-decode --hex --pair ../data/inner-packets.txt
