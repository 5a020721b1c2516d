#!/bin/sh
# lisp-decode(1) lists the rules that lisp-decode knows, each with its section.
set -eu
cd "$(dirname "$0")/.."

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

# Those that break no RFC have no section, and are no rules.
tr '\n\t' '  ' <lib/message/warning.cc | sed 's/ \{1,\}/ /g; s/}},/}},\n/g' |
	sed -n 's/.*{Warning::[a-z_]*, *{"\(.*\)", *"\(.*\)", *"\(RFC.*\)"}}.*/\3 Ta \1, \2/p' |
	sort >"$scratch/program"
sed -n 's/^\.It \(RFC .* Ta .*\)/\1/p' man/lisp-decode.1 | sort >"$scratch/page"
[ -s "$scratch/program" ]
diff -u "$scratch/program" "$scratch/page"
