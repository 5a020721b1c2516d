lisp-decode -r ../../pcaps/opencp-mr-ddt.pcap udp prt 4342
