echo 500000000000000000000000 | lisp-decode --hex --type5 both -
