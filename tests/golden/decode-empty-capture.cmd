lisp-decode - </dev/null
