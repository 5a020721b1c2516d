lisp-decode -r ../../pcaps/opencp-ms-exchanges.pcap
