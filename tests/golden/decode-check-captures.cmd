for capture in ../../pcaps/opencp-*.pcap ../../pcaps/tcpdump/*.pcap; do lisp-decode --check -r "$capture" 2>/dev/null; done |
	awk -F'\t' '/violation/ { times[$2]++ } END { for (what in times) print times[what], what }' | sort -k 2
