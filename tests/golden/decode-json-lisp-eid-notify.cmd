lisp-decode -F json -r ../../pcaps/tcpdump/lisp_eid_notify.pcap
