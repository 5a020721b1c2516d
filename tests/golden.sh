#!/bin/sh
# usage: golden.sh BINDIR [CASE...]
#
# Runs tests/golden/CASE.cmd, all by default, with BINDIR first in PATH, and compares what it prints
# on both outputs, and its status, with CASE.out. UPDATE=1 writes CASE.out instead. A command may
# put files into the folder $SCRATCH, which is empty before.
PATH=$(cd "$1" && pwd):$PATH LC_ALL=C TZ=UTC0
own=$(mktemp -d) || exit 1
SCRATCH=$own/scratch
export PATH LC_ALL TZ SCRATCH
trap 'rm -rf "$own"' EXIT
shift
cd "$(dirname "$0")/golden" || exit 1
[ $# -gt 0 ] || set -- *.cmd
failed=0
for name; do
	name=${name%.cmd}
	rm -rf "$SCRATCH"
	mkdir "$SCRATCH" || exit 1
	{
		sh "./$name.cmd"
		echo "[exit $?]"
	} >"$own/got" 2>&1
	[ -z "${UPDATE:-}" ] || cp "$own/got" "$name.out"
	diff -u "$name.out" "$own/got" || failed=1
done
exit $failed
