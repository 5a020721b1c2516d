echo nothing to see | lisp-decode --hex -
