packets() { lisp-decode --hex "$@" ../data/inner-packets.txt | cut -c 1-150; }
packets --nonce 0x1122334455667788 -c 2
packets --eid 203.0.113.7 --rloc 10.0.0.1 --type data -c 2
packets --rloc 192.0.2.1 --instance 7
packets --eid '[7]10.0.0.2'
packets --rloc 10.0.0.2 --type encapsulated-control
