lisp-decode -F text -r ../../pcaps/tcpdump/lisp_eid_register.pcap
