#!/bin/sh
# Who may include whom. A room may include itself and the rooms below it; siblings in one level do
# not include each other; commands share nothing but cmd/common. Foreign headers stay in one room.
set -eu
cd "$(dirname "$0")/.."

failed=0
complain() {
	echo "$1" >&2
	failed=1
}

level() {
	case $1 in
	wire) echo 0 ;; address) echo 1 ;; message) echo 2 ;; auth | table) echo 3 ;;
	config | mapsock | print | capture) echo 4 ;; engine) echo 5 ;; net | dataplane) echo 6 ;;
	*) echo unknown ;;
	esac
}

included() { sed -n 's/^#include "\([^"]*\)".*/\1/p' "$1"; }

for file in lib/*/*.h lib/*/*.cc; do
	room=$(basename "$(dirname "$file")")
	[ "$(level "$room")" != unknown ] || complain "$file: $room is no room"
	for path in $(included "$file"); do
		other=${path%%/*}
		[ -f "lib/$path" ] || complain "$file: no lib/$path"
		[ "$other" = "$room" ] && continue
		[ "$(level "$other")" != unknown ] || { complain "$file: includes $path"; continue; }
		[ "$(level "$other")" -lt "$(level "$room")" ] ||
			complain "$file: $room must not include $other"
	done
done

for file in cmd/*/*.h cmd/*/*.cc; do
	command=$(basename "$(dirname "$file")")
	for path in $(included "$file"); do
		[ -f "lib/$path" ] && continue
		case $path in
		common/* | "$command"/*) [ -f "cmd/$path" ] || complain "$file: no cmd/$path" ;;
		*) complain "$file: $command must not include $path" ;;
		esac
	done
done

# only HEADER HOME...: an angle-bracket include that has its homes, folders or files.
only() {
	header=$1
	shift
	for file in $(grep -lE "^#include <$header" -r lib cmd || true); do
		for home; do
			[ "${file#"$home"}" = "$file" ] || continue 2
		done
		complain "$file: <$header…> belongs to $*"
	done
}
only openssl/ lib/auth/
only pcap lib/capture/
only zlib lib/capture/ cmd/lisp-mapserverd/journal_file.cc
only event2/ lib/net/
only CLI/ cmd/common/cli.cc

for file in $(grep -lE '^ *# *if(def|ndef)? .*(__linux__|__FreeBSD__|__APPLE__|_WIN32)' -r lib cmd || true); do
	case $file in
	*/os_*) ;;
	*) complain "$file: platforms are told apart in os_* files alone" ;;
	esac
done

# Two types of one name in two headers are one to the linker, which takes the functions of either.
for type in $(grep -hoE '^(struct|class|enum class) [A-Z][A-Za-z]*( \{| final| :)' lib/*/*.h cmd/*/*.h |
	sed -E 's/^.*(struct|class) //; s/ .*//' | sort | uniq -d); do
	complain "$type: defined in two headers"
done

exit $failed
