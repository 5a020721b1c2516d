lisp-decode -c 2 -l -r ../../pcaps/opencp-ms-exchanges.pcap | cut -c 1-80
