awk -F'\t' '$1 ~ /^(CPM-SEED|ACK-HKDF-16|ACK-LISPERS)$/ { print $4 }' ../data/golden-packets.txt >"$SCRATCH/hex"
for kind in auto cpm ack; do
	lisp-decode --hex --type5 $kind - <"$SCRATCH/hex"
done
