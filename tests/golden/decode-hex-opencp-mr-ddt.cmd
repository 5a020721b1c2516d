lisp-decode -F hex -r ../../pcaps/opencp-mr-ddt.pcap
