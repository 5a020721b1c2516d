lisp-decode --time later -r ../../pcaps/opencp-mr-ddt.pcap
