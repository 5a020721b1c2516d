lisp-decode -F json - <../../pcaps/opencp-xtr-register.pcap | cut -c 1-80; lisp-decode -r - <../../pcaps/opencp-xtr-register.pcap | cut -c 1-80
