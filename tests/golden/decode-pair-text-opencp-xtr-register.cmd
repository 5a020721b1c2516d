lisp-decode --pair -F text -r ../../pcaps/opencp-xtr-register.pcap
