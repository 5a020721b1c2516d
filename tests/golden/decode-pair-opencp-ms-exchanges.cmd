lisp-decode --pair -r ../../pcaps/opencp-ms-exchanges.pcap
