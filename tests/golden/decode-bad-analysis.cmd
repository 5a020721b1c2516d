lisp-decode --pair --count -r ../../pcaps/opencp-ms-exchanges.pcap
lisp-decode --stats -F hex -r ../../pcaps/opencp-ms-exchanges.pcap
