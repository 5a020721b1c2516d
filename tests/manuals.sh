#!/bin/sh
# Every command has a manual page, every page is clean, and page and --help name the same options.
# usage: manuals.sh BINDIR
set -eu
bin=$(cd "$1" && pwd)
cd "$(dirname "$0")/../man"

failed=0
for page in *.[158]; do
	mandoc -T lint -W warning "$page" || failed=1
done

for program in "$bin"/lisp-*; do
	name=$(basename "$program")
	page=$(ls "$name".[18] 2>/dev/null) || { echo "$name has no manual page" >&2; failed=1; continue; }
	"$program" --help | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u >"${TMPDIR:-/tmp}/help.$$"
	mandoc -T ascii "$page" | sed 's/.\x08//g' | grep -oE -- '--[a-z][a-z0-9-]+' | sort -u >"${TMPDIR:-/tmp}/page.$$"
	if ! diff -u "${TMPDIR:-/tmp}/help.$$" "${TMPDIR:-/tmp}/page.$$"; then
		echo "$name: --help (-) and $page (+) name different options" >&2
		failed=1
	fi
	rm -f "${TMPDIR:-/tmp}/help.$$" "${TMPDIR:-/tmp}/page.$$"
done
exit $failed
