#!/bin/sh
# usage: fuzz.sh SECONDS PROGRAM
#
# Runs a libFuzzer program over the inputs in corpus/PROGRAM and then for so long with ones of its own
# making, and says in one line what came of it. What it finds worth keeping stays in the build
# folder, for the next time. A finding shows the program's last words and where the input is; the
# status is then 1.
seconds=$1
program=$2
name=$(basename "$program")
corpus=$(dirname "$0")/corpus/$name
own=$(dirname "$program")/../fuzzing/$name
log=$own.log
mkdir -p "$own" || exit 1

"$program" -max_total_time="$seconds" -print_final_stats=1 -timeout=10 -rss_limit_mb=2048 \
	-artifact_prefix="$own-" "$own" "$corpus" >"$log" 2>&1
status=$?
if [ $status -ne 0 ]; then
	tail -n 60 "$log"
	echo "$name: FOUND SOMETHING, status $status; see $log"
	exit 1
fi

last() { sed -nE "$1" "$log" | tail -n 1; }
printf '%s: %s executions, coverage %s, %s new units\n' "$name" \
	"$(last 's/^stat::number_of_executed_units: *([0-9]+)$/\1/p')" \
	"$(last 's/.* cov: ([0-9]+) .*/\1/p')" \
	"$(last 's/^stat::new_units_added: *([0-9]+)$/\1/p')"
