#!/bin/sh
# The demo tells its whole story: what it must show is in its output.
# usage: demo.sh BINDIR
set -eu
user=
[ "$(id -u)" = 0 ] || user="--user --map-root-user"
# shellcheck disable=SC2086
if ! unshare $user --net --mount --pid --fork true; then
	echo "skipped: no network namespaces for this user"
	exit 77
fi

story=$(mktemp)
trap 'rm -f "$story"' EXIT
"$(dirname "$0")/../etc/demo/demo.sh" "$1" >"$story" 2>&1 || { cat "$story"; exit 1; }

failed=0
expect() {
	if ! grep -qE -- "$1" "$story"; then
		echo "the demo does not show: $1" >&2
		failed=1
	fi
}
expect 'paris\$ lisp-registerd --once'
expect '153\.16\.38\.0/25'
expect '2610:d0:2121::/48'
expect '132\.227\.62\.242'
for host in lima oslo; do
	for question in --probe --no-ecm '[0-9]'; do
		expect "^$host\\$ lisp-request -m [^ ]+ $question"
	done
done
expect 'What to try next'
# Others may not capture.
if [ "$(id -u)" = 0 ]; then expect 'verdict = good'; fi
[ "$failed" = 0 ] || cat "$story"
exit $failed
