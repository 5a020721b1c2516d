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

# Options with two dashes wherever they stand; those with one where they are explained.
options_of_help() {
	"$1" --help | grep -oE -- '--[a-z][a-z0-9-]+'
	"$1" --help | sed -nE 's/^ +(-[a-zA-Z])[ ,].*/\1/p'
}

# What an example pipes into has options of its own.
options_of_page() {
	mandoc -T ascii -O width=200 "$1" | sed 's/.\x08//g; s/ | .*//' | grep -oE -- '--[a-z][a-z0-9-]+'
	sed -nE 's/^\.It Fl ([a-zA-Z])( .*)?$/-\1/p' "$1"
}

scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT
for program in "$bin"/lisp-*; do
	name=$(basename "$program")
	page=$(ls "$name".[18] 2>/dev/null) || { echo "$name has no manual page" >&2; failed=1; continue; }
	options_of_help "$program" | sort -u >"$scratch/help"
	options_of_page "$page" | sort -u >"$scratch/page"
	[ -s "$scratch/help" ] || { echo "$name: no options in --help" >&2; failed=1; }
	if ! diff -u "$scratch/help" "$scratch/page"; then
		echo "$name: --help (-) and $page (+) name different options" >&2
		failed=1
	fi
done
exit $failed
