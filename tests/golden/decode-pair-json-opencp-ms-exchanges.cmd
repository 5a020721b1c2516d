lisp-decode --pair -F json -c 40 -r ../../pcaps/opencp-ms-exchanges.pcap
