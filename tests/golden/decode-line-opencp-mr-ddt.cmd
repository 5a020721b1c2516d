lisp-decode -r ../../pcaps/opencp-mr-ddt.pcap
