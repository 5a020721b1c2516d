lisp-decode -F json -r ../../pcaps/tcpdump/lisp_invalid_length.pcap
