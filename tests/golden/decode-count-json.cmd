lisp-decode --count -F json -r ../../pcaps/opencp-ms-exchanges.pcap
