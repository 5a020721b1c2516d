lisp-decode --json -r ../../pcaps/opencp-xtr-register.pcap | cut -c 1-60
