lisp-decode -r ../../pcaps/tcpdump/lisp_invalid.pcap
