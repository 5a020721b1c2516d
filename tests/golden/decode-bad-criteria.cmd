for option in --eid=300.0.0.0/8 --eid='[7' --rloc=203.0.113.0/24 --nonce=abc --nonce=0x11223344556677889 --instance=4294967296; do lisp-decode --hex $option - </dev/null; echo "$?"; done
