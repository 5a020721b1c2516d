echo f000 | lisp-decode --hex --cpm-subtype 4096 -
