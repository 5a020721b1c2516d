lisp-decode -r ../../pcaps/opencp-xtr-register.pcap
