lisp-decode -r ../../pcaps/tcpdump/lisp_invalid_length.pcap
