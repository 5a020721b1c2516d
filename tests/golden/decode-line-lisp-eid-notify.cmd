lisp-decode -r ../../pcaps/tcpdump/lisp_eid_notify.pcap
