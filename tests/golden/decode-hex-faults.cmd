printf '%s\n' 'Map-Request Packet' 0x1000 '' 90000 '192.0.2.1:1 > 192.0.2.2:4342 zz' 9001 | lisp-decode --hex -
