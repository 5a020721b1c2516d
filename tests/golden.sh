#!/bin/sh
# usage: golden.sh BINDIR [CASE...]
#
# Runs tests/golden/CASE.cmd, all by default, with BINDIR first in PATH, and compares what it prints
# on both outputs, and its status, with CASE.out. UPDATE=1 writes CASE.out instead. A command may
# put files into the folder $SCRATCH.
PATH=$(cd "$1" && pwd):$PATH LC_ALL=C TZ=UTC0
SCRATCH=$(mktemp -d) || exit 1
export PATH LC_ALL TZ SCRATCH
trap 'rm -rf "$SCRATCH"' EXIT
shift
cd "$(dirname "$0")/golden" || exit 1
[ $# -gt 0 ] || set -- *.cmd
failed=0
for name; do
	name=${name%.cmd}
	{
		sh "./$name.cmd"
		echo "[exit $?]"
	} >"$SCRATCH/got" 2>&1
	[ -z "${UPDATE:-}" ] || cp "$SCRATCH/got" "$name.out"
	diff -u "$name.out" "$SCRATCH/got" || failed=1
done
exit $failed
