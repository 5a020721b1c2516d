head -c 300 ../../pcaps/opencp-xtr-register.pcap | lisp-decode --time none -
