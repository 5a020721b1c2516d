# A Map-Reply with a locator for each pattern of zeros among the eight groups of an IPv6 address.
awk 'BEGIN {
	split("1 22 333 4444 5 66 777 8888", group)
	printf "200000ff0000000000000001" "0000003cff2010000000" "0001cb007100"
	for (zeros = 0; zeros < 255; ++zeros) {
		printf "0164ff00" "0001" "0002"
		for (i = rest = 0; i < 8; ++i)
			printf "%04s", int(zeros / 2 ^ i) % 2 ? "0000" : substr("000" group[i + 1], length(group[i + 1]))
	}
	print ""
}' >"$SCRATCH/hex"
lisp-decode --hex -F text - <"$SCRATCH/hex"
