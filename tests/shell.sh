#!/bin/sh
# Every shell script passes shellcheck. Scripts for rc.subr set variables that it reads.
set -eu
cd "$(dirname "$0")/.."
# shellcheck disable=SC2046
shellcheck $(find run .ci etc tests -type f ! -path 'etc/rc.d/*' -exec grep -lE '^#!/bin/sh' {} +)
shellcheck -s dash -e SC1091,SC2034,SC2223,SC3043,SC2317 etc/rc.d/*
