lisp-decode --stats -F json -r ../../pcaps/opencp-ms-exchanges.pcap -r ../../pcaps/opencp-xtr-exchanges.pcap -r ../../pcaps/opencp-mr-ddt.pcap
