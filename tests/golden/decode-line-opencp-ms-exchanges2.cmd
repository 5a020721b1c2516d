lisp-decode -r ../../pcaps/opencp-ms-exchanges2.pcap
