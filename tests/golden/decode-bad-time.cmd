lisp-decode --time local -r ../../pcaps/opencp-mr-ddt.pcap
