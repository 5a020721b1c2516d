lisp-decode --type map-requests -r ../../pcaps/opencp-mr-ddt.pcap
