lisp-decode --time none --type map-reply,map-referral -r ../../pcaps/opencp-mr-ddt.pcap -r ../../pcaps/opencp-xtr-exchanges.pcap
