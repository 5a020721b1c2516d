lisp-decode -F json
