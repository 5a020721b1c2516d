lisp-decode --count --type map-reply,map-notify -r ../../pcaps/opencp-ms-exchanges.pcap
