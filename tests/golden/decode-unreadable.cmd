lisp-decode --time none -r nothing.pcap -r ../../pcaps/opencp-xtr-register.pcap
