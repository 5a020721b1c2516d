lisp-decode -r ../../pcaps/tcpdump/lisp_eid_register.pcap
