#!/bin/sh
# Two LISP sites and a Map-Server in network namespaces of their own, told as a story.
# usage: demo.sh BINDIR          Needs root, or a kernel that lets users make namespaces.
set -eu

bin=$(cd "${1:?usage: demo.sh BINDIR}" && pwd)

# Everything below happens in namespaces that end with this process: nothing is left behind, and
# nothing leaves the machine.
if [ -z "${LISP_DEMO_INSIDE:-}" ]; then
	user=
	[ "$(id -u)" = 0 ] || user="--user --map-root-user"
	# shellcheck disable=SC2086
	if ! unshare $user --net --mount --pid --fork true; then
		echo "demo: no network namespaces here; as root there usually are" >&2
		exit 1
	fi
	# shellcheck disable=SC2086
	LISP_DEMO_INSIDE=1 exec unshare $user --net --mount --pid --fork --kill-child "$0" "$bin"
fi

mount -t tmpfs tmpfs /run
mount -t proc proc /proc 2>/dev/null || : # where the system lets users; else the old one shows
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cd "$home"
PATH=$bin:$PATH
umask 077

chapter() { printf '\n\033[1m%s\033[0m\n\n' "$*"; }
plain() { printf '\n%s\n\n' "$*"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR:-}" ]; then chapter() { plain "$@"; }; fi

# show HOST COMMAND...: what one would type on that host, and what it answers.
show() {
	host=$1
	shift
	printf '%s$ %s\n' "$host" "$*"
	ip netns exec "$host" "$@" && status=0 || status=$?
	printf '%s\n' "[exit status $status]"
}

# succeed HOST COMMAND...: the same for what has to succeed, else the story ends there.
succeed() {
	show "$@"
	[ "$status" = 0 ] || exit 1
}

host() { # host NAME ADDRESS4 [ADDRESS6]: an address or '' for none
	ip netns add "$1"
	ip link add name "to-$1" type veth peer name uplink netns "$1"
	ip link set dev "to-$1" master wire up
	ip -n "$1" link set dev lo up
	ip -n "$1" link set dev uplink up
	[ -z "$2" ] || ip -n "$1" addr add "$2/32" dev uplink
	[ -z "$2" ] || ip -n "$1" route add default dev uplink src "$2"
	[ -z "${3:-}" ] || ip -n "$1" addr add "$3/128" dev uplink nodad
	[ -z "${3:-}" ] || ip -n "$1" -6 route add default dev uplink src "$3"
	mkdir "$1"
}

daemon() { # daemon HOST NAME ARGUMENT...: returns when it is ready
	host=$1
	name=$2
	shift 2
	ip netns exec "$host" "$name" --daemon --run "$home/$host/run" --state "$home/$host/state" \
		--pidfile "$home/$host/$name.pid" "$@" 2>"$home/$host/$name.log" || {
		cat "$home/$host/$name.log" >&2
		exit 1
	}
}

stop() { # stop HOST NAME
	kill "$(cat "$home/$1/$2.pid")"
}

ip link add name wire type bridge
ip link set dev wire up promisc on
host mapserver 193.162.145.50 2001:67c:21b4:109::b
host paris 132.227.62.242 2001:660:240::242
host hanoi 198.51.100.2 2001:db8:51::2
host lima 192.0.2.77
host oslo '' 2001:db8:47::2
mkfifo tcpdump.err
tcpdump -i wire -w capture.pcap -U --immediate-mode -Z root udp 2>tcpdump.err &
capture=$!
exec 3<tcpdump.err
capturing=no
why=
while read -r line <&3; do
	why=$line
	case $line in *listening*) capturing=yes && break ;; esac
done

cat >mapserver/mapserver.conf <<'EOF'
@SITE paris
key lip6-fr-xtr
eid 153.16.38.0/24 more-specifics=yes
eid 2610:d0:2121::/48

@SITE hanoi
key a-secret-of-hanoi alg=sha256
eid 203.0.113.0/24 proxy=yes
EOF
cat >paris/lisp.conf <<'EOF'
@MAPSERVER
193.162.145.50 lip6-fr-xtr

@EID
#Eid-Prefix   Subnetmask  TTL  Flag
153.16.38.0   25          60   1
#RLOC              Priority  Weight  Local flag
132.227.62.242     2         100     1
132.227.62.243     1         100     0
2001:660:240::242  5         100     1
2001:660:240::243  3         100     0

@EID
2610:D0:2121::  48  60  1
132.227.62.242     2         100     1
132.227.62.243     1         100     0
2001:660:240::242  5         100     1
2001:660:240::243  3         100     0
EOF
cat >hanoi/lisp.conf <<'EOF'
@MAPSERVER
2001:67c:21b4:109::b a-secret-of-hanoi alg=sha256

@EID
203.0.113.0/24     1440  1
198.51.100.2       1  100  1
2001:db8:51::2     2  100  1
EOF

chapter "1. A Map-Server, and two sites that it knows by their keys"
echo "mapserver, paris and hanoi are three hosts on one wire. The Map-Server's configuration:"
echo
sed 's/^/    /' mapserver/mapserver.conf
daemon mapserver lisp-mapserverd -f mapserver/mapserver.conf

chapter "2. Each site registers its EIDs"
echo "Paris tells the Map-Server which addresses (EIDs) live behind its router, and by which"
echo "addresses of routers (RLOCs) they are reached. An HMAC under the shared key proves that"
echo "it is Paris who says so; the Map-Server answers with a Map-Notify."
echo
show paris lisp-registerd --once -f paris/lisp.conf --run paris/run --state paris/state
echo
echo "Hanoi does the same over IPv6, with another key and HMAC-SHA256:"
echo
show hanoi lisp-registerd --once -f hanoi/lisp.conf --run hanoi/run --state hanoi/state
echo
echo "With a wrong key nothing is registered, and nothing is answered:"
echo
sed 's/lip6-fr-xtr/a-guess/' paris/lisp.conf >paris/wrong.conf
show paris lisp-registerd --once --timeout 1 -f paris/wrong.conf --run paris/run --state paris/state
echo
show mapserver lisp-status --run mapserver/run mapserverd registrations

chapter "3. Hanoi asks for a host in Paris"
echo "The question travels inside an Encapsulated Control Message to the Map-Server, which hands"
echo "it to the router that registered the EID. There lisp-replyd answers Hanoi directly."
echo
daemon paris lisp-replyd -f paris/lisp.conf
show hanoi lisp-request -m 193.162.145.50 153.16.38.17
echo
echo "An IPv6 EID, asked for over IPv4 — inner and outer family are independent:"
echo
show hanoi lisp-request -m 193.162.145.50 2610:d0:2121::7

chapter "4. Paris asks for a host in Hanoi, and for one that is nowhere"
echo "Hanoi lets the Map-Server answer for it (proxy=yes). For an address outside of every site"
echo "the answer is negative: it names the largest prefix without LISP, to be forwarded natively."
echo
show paris lisp-request -m 193.162.145.50 203.0.113.9
echo
show paris lisp-request -m 193.162.145.50 192.0.2.1

chapter "5. Asking the router itself, with IPv4 or IPv6 alone"
echo "Lima has IPv4 alone. Its RLOC probe asks the router whether it is there, which is never done"
echo "through the Map-Server; the answer marks the locator that was probed:"
echo
succeed lima lisp-request -m 132.227.62.242 --probe 153.16.38.0/25
echo
echo "Who knows the router may ask it without a Map-Server and without encapsulation:"
echo
succeed lima lisp-request -m 132.227.62.242 --no-ecm 153.16.38.17
echo
echo "And as usual:"
echo
succeed lima lisp-request -m 193.162.145.50 2610:d0:2121::7
echo
echo "Oslo has IPv6 alone, and does the same. The Map-Server forwards its last question over"
echo "IPv4; the answer goes to the only address that Oslo has:"
echo
succeed oslo lisp-request -m 2001:660:240::242 --probe 153.16.38.0/25
echo
succeed oslo lisp-request -m 2001:660:240::242 --no-ecm 153.16.38.17
echo
succeed oslo lisp-request -m 2001:67c:21b4:109::b 153.16.38.17

stop paris lisp-replyd
stop mapserver lisp-mapserverd

chapter "6. What was on the wire"
if [ "$capturing" = yes ]; then
	kill -INT "$capture"
	wait "$capture" 2>/dev/null || :
	printf '$ %s\n\n' "lisp-decode --time none -r capture.pcap"
	lisp-decode --time none -r capture.pcap | sed G
	echo "The first Map-Register again, in full, its authentication checked:"
	echo
	echo '* lip6-fr-xtr' >keys
	printf '$ %s\n' "lisp-decode -r capture.pcap --type map-register -c 1 --keys keys -F text"
	lisp-decode -r capture.pcap --type map-register -c 1 --keys keys -F text
else
	echo "tcpdump captures for root alone here ($why): run the demo as root to see this chapter."
fi

chapter "What to try next"
cat <<'EOF'
    ./run demo | less -R                        this story again, at leisure
    build/bin/lisp-decode -r pcaps/opencp-ms-exchanges.pcap
                                                conversations with a Map-Server of 2013
    build/bin/lisp-decode -F json -r pcaps/opencp-ms-exchanges.pcap | jq .type
                                                the same for scripts
    build/bin/lisp-registerd -n -f FILE         check a configuration of yours
    man man/lisp.conf.5                         what may stand in it
EOF
