lisp-decode --pair -r ../../pcaps/opencp-xtr-register.pcap
