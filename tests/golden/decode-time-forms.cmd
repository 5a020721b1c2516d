lisp-decode -c 3 --time delta -r ../../pcaps/opencp-xtr-exchanges.pcap | cut -d ' ' -f 1-3
TZ='CET-1CEST,M3.5.0,M10.5.0/3' lisp-decode -c 1 --time local -r ../../pcaps/opencp-xtr-exchanges.pcap | cut -d ' ' -f 1-3
TZ='NST3:30' lisp-decode -c 1 --json --time local -r ../../pcaps/opencp-xtr-exchanges.pcap | cut -c 1-50
lisp-decode --pair --time delta -r ../../pcaps/opencp-xtr-exchanges.pcap
