lisp-decode --pair -r ../../pcaps/opencp-xtr-exchanges.pcap
