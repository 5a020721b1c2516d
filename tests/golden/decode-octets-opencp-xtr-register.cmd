lisp-decode -x --time none -r ../../pcaps/opencp-xtr-register.pcap
