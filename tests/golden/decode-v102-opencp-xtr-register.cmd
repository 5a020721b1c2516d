lisp-decode -F v102 -r ../../pcaps/opencp-xtr-register.pcap
