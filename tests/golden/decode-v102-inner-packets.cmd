lisp-decode --hex -F v102 --nonce 0x1122334455667788 -c 2 ../data/inner-packets.txt | grep -v ^0x
