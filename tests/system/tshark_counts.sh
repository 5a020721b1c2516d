#!/bin/sh
# usage: tshark_counts.sh BINDIR [CAPTURE...]
#
# Compares lisp-decode with tshark, message by message, on the captures of pcaps/ or those named:
# every line of JSON parses, and the outermost types are, one after the other, those that tshark
# sees. Not counted are data packets, messages quoted in ICMP errors and those of less than 3 octets,
# whose type tshark does not tell. --count, which does not read the messages, finds the same numbers
# as reading them does. Status 77, which ctest shows as skipped, where tshark or jq is
# missing.
bin=$(cd "$1" && pwd) || exit 1
shift
for tool in tshark jq; do
	command -v "$tool" >/dev/null || { echo "skipped: no $tool"; exit 77; }
done
if [ $# -eq 0 ]; then
	cd "$(dirname "$0")/../../pcaps" || exit 1
	set -- ./*.pcap ./tcpdump/*.pcap
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# tshark prints the type of an encapsulated message after that of its envelope.
types_by_tshark() {
	tshark -n -r "$1" -Y 'lisp.type && !lisp-data && !icmp && !icmpv6' -T fields -e lisp.type 2>/dev/null |
		sed 's/,.*//'
}

types_by_us() {
	"$bin/lisp-decode" -F json -r "$1" 2>"$work/errors" >"$work/json"
	[ $? -le 1 ] || return 1
	jq -r 'select(.length >= 3 and .type != "data") | {"map-request": 1, "map-reply": 2, "map-register": 3, "map-notify": 4,
		"map-notify-ack": 5, "change-priority": 5, "map-referral": 6, "info-request": 7,
		"info-reply": 7, "encapsulated-control": 8, "shared-extension": 15}[.type] // "?"' \
		"$work/json"
}

types_with_counts() {
	jq -r .type "$work/json" | sort | uniq -c | awk '{ print $2, $1 }' | sort
}

counted() {
	"$bin/lisp-decode" --count -r "$1" 2>/dev/null |
		grep -vE '^(frames|unmatched|tcp|other|fragments-dropped) ' | sort
}

failed=0
for capture; do
	types_by_tshark "$capture" >"$work/theirs" || exit 1
	types_by_us "$capture" >"$work/ours" || { echo "$capture: no valid JSON"; failed=1; }
	types_with_counts >"$work/read"
	counted "$capture" | diff -u "$work/read" - || failed=1
	if diff -u "$work/theirs" "$work/ours"; then
		echo "$capture: $(wc -l <"$work/ours") messages, the same as tshark's"
	else
		failed=1
	fi
done
exit $failed
