lisp-decode -F xml -r ../../pcaps/opencp-mr-ddt.pcap
