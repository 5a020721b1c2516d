#!/bin/sh
# CMakeLists.txt and Makefile.bsd list the same sources, and every source there is.
set -eu
cd "$(dirname "$0")/.."

# Names with a variable for the system stand for both.
listed() {
	# shellcheck disable=SC2016
	grep -oE '(lib|cmd)/[a-zA-Z0-9_/${}-]+\.cc' "$1" |
		sed -E '/\$\{/!b; h; s/\$\{[A-Z_]+\}/linux/p; g; s/\$\{[A-Z_]+\}/freebsd/' | sort -u
}
listed CMakeLists.txt >"${TMPDIR:-/tmp}/lists.$$.cmake"
listed Makefile.bsd >"${TMPDIR:-/tmp}/lists.$$.bsd"
find lib cmd -name '*.cc' | sort -u >"${TMPDIR:-/tmp}/lists.$$.tree"
trap 'rm -f "${TMPDIR:-/tmp}/lists.$$".*' EXIT

failed=0
for other in bsd tree; do
	diff -u "${TMPDIR:-/tmp}/lists.$$.cmake" "${TMPDIR:-/tmp}/lists.$$.$other" || failed=1
done

version() { sed -nE "$1" "$2"; }
cmake_version=$(version 's/^project\(lisp-tools VERSION ([0-9.]+).*/\1/p' CMakeLists.txt)
bsd_version=$(version 's/^VERSION=[[:space:]]*([0-9.]+)$/\1/p' Makefile.bsd)
if [ -z "$cmake_version" ] || [ "$cmake_version" != "$bsd_version" ]; then
	echo "versions differ: '$cmake_version' in CMakeLists.txt, '$bsd_version' in Makefile.bsd" >&2
	failed=1
fi
exit $failed
