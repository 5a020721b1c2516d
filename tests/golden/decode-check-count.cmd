lisp-decode --check --count -r ../../pcaps/opencp-ms-exchanges.pcap
