lisp-decode -F text -r ../../pcaps/opencp-mr-ddt.pcap
