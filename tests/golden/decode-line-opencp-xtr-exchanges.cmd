lisp-decode -r ../../pcaps/opencp-xtr-exchanges.pcap
