lisp-decode -F json -r ../../pcaps/tcpdump/lisp_ipv6.pcap
