lisp-decode --hex nothing.hex
