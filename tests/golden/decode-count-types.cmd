for capture in ../../pcaps/*.pcap ../../pcaps/tcpdump/*.pcap; do echo "$capture:"; lisp-decode --count -r "$capture"; done
