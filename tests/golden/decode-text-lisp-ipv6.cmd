lisp-decode -F text -r ../../pcaps/tcpdump/lisp_ipv6.pcap
