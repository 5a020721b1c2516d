lisp-decode -F text -r ../../pcaps/tcpdump/lisp_invalid.pcap
