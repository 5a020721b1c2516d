#!/bin/sh
# Every daemon has an rc.d script and a systemd unit of its own, which are about it and no other.
set -u
cd "$(dirname "$0")/.." || exit 1
problems=$(mktemp) || exit 1
trap 'rm -f "$problems"' EXIT

expect() { # FILE LINE
	grep -qxF -- "$2" "$1" || echo "$1: no line: $2" >>"$problems"
}

for page in man/lisp-*d.8; do
	name=$(basename "$page" .8)
	variable=lisp_${name#lisp-}
	script=etc/rc.d/$variable
	unit=etc/systemd/$name.service
	for file in "$script" "$unit"; do
		[ -f "$file" ] || { echo "$file is missing" >>"$problems"; continue 2; }
		grep -oE 'lisp[-_][a-z]+d\b' "$file" | sort -u | grep -vxE "$name|$variable" |
			sed "s,^,$file is about another: ," >>"$problems"
	done
	[ -x "$script" ] || echo "$script cannot be run" >>"$problems"
	expect "$script" "# PROVIDE: $variable"
	expect "$script" "command=/usr/local/sbin/$name"
	expect "$unit" "ExecStart=/usr/sbin/$name"
	expect "$unit" "ExecReload=/usr/sbin/lisp-status $name reload"
	expect "$unit" "Documentation=man:$name(8)"
	grep -ohE '/usr/local/etc/lisp/[a-z.]+' "$script" | sort -u | while read -r configuration; do
		grep -q "${configuration##*/}" "cmd/$name/main.cc" ||
			echo "$script: $name does not read ${configuration##*/}" >>"$problems"
	done
	command -v systemd-analyze >/dev/null || continue
	# Nothing is installed where this runs.
	systemd-analyze verify --man=no "$unit" 2>&1 | grep -F "$name.service" |
		grep -v 'is not executable' >>"$problems"
done

cat "$problems"
[ ! -s "$problems" ]
