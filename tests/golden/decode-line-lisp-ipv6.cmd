lisp-decode -r ../../pcaps/tcpdump/lisp_ipv6.pcap
