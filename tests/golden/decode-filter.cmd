lisp-decode -F json -r ../../pcaps/opencp-ms-exchanges.pcap ip6 and src port 4342 | cut -c 1-120
