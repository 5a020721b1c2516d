lisp-decode --hex -F v102 - <../data/map-register-2012-raw.txt
