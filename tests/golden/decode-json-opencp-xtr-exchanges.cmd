lisp-decode -F json -r ../../pcaps/opencp-xtr-exchanges.pcap
