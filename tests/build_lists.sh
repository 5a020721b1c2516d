#!/bin/sh
# CMakeLists.txt and Makefile.bsd list the same sources, and every source there is.
set -eu
cd "$(dirname "$0")/.."

listed() { grep -oE '(lib|cmd)/[a-z0-9_/-]+\.cc' "$1" | sort -u; }
listed CMakeLists.txt >"${TMPDIR:-/tmp}/lists.$$.cmake"
listed Makefile.bsd >"${TMPDIR:-/tmp}/lists.$$.bsd"
find lib cmd -name '*.cc' | sort -u >"${TMPDIR:-/tmp}/lists.$$.tree"
trap 'rm -f "${TMPDIR:-/tmp}/lists.$$".*' EXIT

failed=0
for other in bsd tree; do
	diff -u "${TMPDIR:-/tmp}/lists.$$.cmake" "${TMPDIR:-/tmp}/lists.$$.$other" || failed=1
done
exit $failed
