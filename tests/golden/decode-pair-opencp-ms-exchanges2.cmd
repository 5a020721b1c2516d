lisp-decode --pair -r ../../pcaps/opencp-ms-exchanges2.pcap
