umask 077
printf '%s\n' '10.100.0.0/24 alpha-key' '2001:db8:2::/48 beta-key' >"$SCRATCH/keys"
lisp-decode --stats --keys "$SCRATCH/keys" -r ../../pcaps/opencp-ms-exchanges.pcap
