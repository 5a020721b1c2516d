lisp-decode --pair -r ../../pcaps/opencp-mr-ddt.pcap
