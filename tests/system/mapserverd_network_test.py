#!/usr/bin/env python3
"""lisp-mapserverd and three sites with lisp-registerd and lisp-replyd, each on a host of its own, and
a host that asks with lisp-request: what is answered, and what is on the wire.

    mapserverd_network_test.py BINDIR CLOCK-SHIM [unittest arguments]

In network namespaces and a file system of its own; skipped, with status 77, where this user may not
have them. Everything on the wire is read here octet by octet, and by tshark, if there is one.
"""

import ctypes
import fcntl
import ipaddress
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import own_network  # noqa: E402
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402

BINDIR = SHIM = ""
CONTROL = 4342
REPLY, REGISTER, NOTIFY, ACK, ECM = 2, 3, 4, 5, 8

HOSTS = {"server": 53, "alpha": 1, "beta": 2, "gamma": 3, "client": 9}
IPV4 = {name: f"192.0.2.{number}" for name, number in HOSTS.items()}
IPV6 = {name: f"2001:db8::{number}" for name, number in HOSTS.items()}
WORDS = {"alpha": "alpha-key", "beta": "beta-key alg=sha256", "gamma": "gamma-key alg=hkdf key-id=3"}

SITES = """\
@SITE lab
key alpha-key
key beta-key alg=sha256
key gamma-key alg=hkdf key-id=3
eid 10.1.0.0/16 more-specifics=yes
eid 10.2.0.0/16 more-specifics=yes proxy=yes
eid 2001:db8:e::/48 more-specifics=yes
eid 10.9.0.0/16 iid=7 more-specifics=yes proxy=yes

@SITE tenant
key gamma-key
eid 10.9.0.0/16 iid=8 more-specifics=yes
"""


def run(*words, **named):
    return subprocess.run(words, check=True, **named)


def ip(arguments):
    run("ip", *arguments.split())


def fill_in_checksums(name):
    """So that what the link carries has them, and is not left to hardware that is none."""
    command = ctypes.create_string_buffer(struct.pack("II", 0x17, 0))  # ETHTOOL_STXCSUM
    request = struct.pack("16sP16x", name.encode(), ctypes.addressof(command))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8946, request)  # SIOCETHTOOL


def make_network():
    ip("link add name wire type bridge")
    ip("link set wire up promisc on")
    for name in HOSTS:
        ip(f"netns add {name}")
        ip(f"link add name to-{name} type veth peer name uplink")
        fill_in_checksums(f"to-{name}")
        fill_in_checksums("uplink")
        ip(f"link set uplink netns {name}")
        ip(f"link set to-{name} master wire up")
        ip(f"-n {name} link set lo up")
        ip(f"-n {name} link set uplink up")
        ip(f"-n {name} addr add {IPV4[name]}/24 dev uplink")
        ip(f"-n {name} addr add {IPV6[name]}/64 dev uplink nodad")


class Message:
    """A LISP message that was on the wire."""

    def __init__(self, source, sport, destination, dport, octets):
        self.source, self.sport, self.destination, self.dport = source, sport, destination, dport
        self.octets = octets
        self.type = octets[0] >> 4
        self.nonce = octets[4:12]

    def __repr__(self):
        return (f"{self.source}:{self.sport} > {self.destination}:{self.dport} type {self.type} "
                f"{self.octets.hex()}")

    def records(self):
        """{EID-prefix: (TTL, [RLOC, ...])} of a Map-Reply, Map-Register, Map-Notify or its Ack."""
        at = 12
        if self.type != REPLY:
            at += 4 + struct.unpack("!H", self.octets[14:16])[0]
        found = {}
        for _ in range(self.octets[3]):
            ttl, count, mask = struct.unpack("!IBB", self.octets[at:at + 6])
            eid, at = self._address(at + 10)
            rlocs = []
            for _ in range(count):
                rloc, at = self._address(at + 6)
                rlocs.append(rloc)
            found[f"{eid}/{mask}"] = (ttl, rlocs)
        return found

    def _address(self, at):
        (afi,) = struct.unpack("!H", self.octets[at:at + 2])
        if afi == 16387:  # an instance (RFC 8060 section 4.1)
            (instance,) = struct.unpack("!I", self.octets[at + 8:at + 12])
            inner, at = self._address(at + 12)
            return f"[{instance}]{inner}", at
        size = {1: 4, 2: 16}[afi]
        return str(ipaddress.ip_address(self.octets[at + 2:at + 2 + size])), at + 2 + size


def message_in(frame):
    """The control message of an Ethernet frame, if it is one."""
    kind = frame[12:14]
    if kind == b"\x08\x00" and frame[23] == 17:
        ends, at = (frame[26:30], frame[30:34]), 14 + 4 * (frame[14] & 15)
    elif kind == b"\x86\xdd" and frame[20] == 17:
        ends, at = (frame[22:38], frame[38:54]), 54
    else:
        return None
    sport, dport, length = struct.unpack("!HHH", frame[at:at + 6])
    if CONTROL not in (sport, dport):
        return None
    source, destination = (str(ipaddress.ip_address(end)) for end in ends)
    return Message(source, sport, destination, dport, frame[at + 8:at + length])


class Wire:
    """All frames between the hosts, in their order."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind(("wire", 0))
        self.frames = []
        self.messages = []
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while frame := self.socket.recv(65535):
            if frame.endswith(b"end of the recording"):
                return
            message = message_in(frame)
            with self._changed:
                self.frames.append(frame)
                if message:
                    self.messages.append(message)
                    self._changed.notify_all()

    def now(self):
        with self._changed:
            return len(self.messages)

    def wait_for(self, what, since=0):
        """The first message, from that number on, of which `what` is true."""
        deadline = time.monotonic() + PATIENCE
        at = since
        with self._changed:
            while True:
                for message in self.messages[at:]:
                    if what(message):
                        return message
                at = len(self.messages)
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError("not on the wire:\n" +
                                         "\n".join(map(repr, self.messages[since:])))
                self._changed.wait(left)

    def close(self):
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as end:
            end.bind(("wire", 0))
            end.send(b"\xff" * 6 + bytes(6) + b"\x88\xb5" + b"end of the recording")
        self._thread.join(PATIENCE)
        self.socket.close()

    def save(self, path):
        with open(path, "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            for frame in self.frames:
                file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def tshark(path, display, *fields):
    """The values of fields in each packet that the filter takes, as tshark prints them."""
    done = run("tshark", "-r", path, "-o", "udp.check_checksum:TRUE", "-Y", display, "-T", "fields",
               "-E", "separator=|", *[word for field in fields for word in ("-e", field)],
               capture_output=True, text=True)
    return [line.split("|") for line in done.stdout.splitlines()]


def eid(prefix, *rlocs, instance=0):
    """A section of lisp.conf."""
    address, length = prefix.split("/")
    in_instance = f" iid={instance}" if instance else ""
    lines = "".join(f"{rloc} 1 100 1\n" for rloc in rlocs)
    return f"@EID\n{address} {length} 60 1{in_instance}\n{lines}\n"


class Site:
    """An xTR: both daemons of a site on a host, with the locators of the host."""

    def __init__(self, test, name, server, words=""):
        self.test, self.name = test, name
        self.directory = os.path.join(test.directory, name)
        os.mkdir(self.directory)
        self.head = f"@MAPSERVER\n{server} {WORDS[name]} {words}\n\n"
        self.config = os.path.join(self.directory, "lisp.conf")
        self.rlocs = [IPV4[name], IPV6[name]]

    def write(self, *eids):
        """Each is a prefix, or a section."""
        sections = [one if one.startswith("@") else eid(one, *self.rlocs) for one in eids]
        replacement = write_secret(self.config + ".new", self.head + "".join(sections))
        os.replace(replacement, self.config)

    def start(self, *eids):
        self.write(*eids)
        self.replyd = self.daemon("lisp-replyd", "--rate", "0")
        self.registerd = self.daemon("lisp-registerd")
        self.registerd.wait_for("acknowledged")
        return self

    def daemon(self, name, *args):
        daemon = Daemon(BINDIR, name, ["-f", self.config, *args], self.directory,
                        ["ip", "netns", "exec", self.name])
        self.test.addCleanup(daemon.stop)
        return daemon

    def register_now(self):
        """Asks the daemon that runs to."""
        run("ip", "netns", "exec", self.name, os.path.join(BINDIR, "lisp-registerd"), "--once", "-f",
            self.config, "--run", self.registerd.run, "--state", self.registerd.state,
            stdout=subprocess.DEVNULL, timeout=PATIENCE)

    def kill(self):
        """Without a farewell."""
        self.registerd.process.send_signal(signal.SIGKILL)
        self.registerd.process.wait()

    def is_told(self, *rlocs, eid_prefix):
        """Whether a message is a Map-Notify to this site that has exactly these locators."""
        def told(message):
            return (message.type == NOTIFY and
                    message.destination in (IPV4[self.name], IPV6[self.name]) and
                    message.records().get(eid_prefix, (0, []))[1] == sorted(
                        rlocs, key=lambda text: (":" in text, ipaddress.ip_address(text))))
        return told


class Network(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="mapserverd-network-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.wire = Wire()
        self.addCleanup(self.check_wire)
        self.clock = os.path.join(self.directory, "clock")
        self.ahead = 0
        self.leap(0)
        self.sites = write_secret(os.path.join(self.directory, "mapserver.conf"), SITES)
        self.start_server()

    def start_server(self):
        within = ["ip", "netns", "exec", "server", "env", f"LISP_CLOCK={self.clock}",
                  f"LD_PRELOAD={SHIM}"]
        self.server = Daemon(BINDIR, "lisp-mapserverd", ["-f", self.sites],
                             os.path.join(self.directory, "server"), within)
        self.addCleanup(self.server.stop)

    def leap(self, seconds):
        """The Map-Server's clock goes forward; it sees that when it is asked something."""
        self.ahead += seconds
        with open(self.clock, "r+b" if os.path.exists(self.clock) else "wb") as file:
            file.write(struct.pack("=q", self.ahead * 10**9))

    def site(self, name, server=IPV4["server"], words=""):
        return Site(self, name, server, words)

    def ask(self, asked, resolver=IPV4["server"], instance=0):
        """What lisp-request prints on the client's host."""
        command = ["ip", "netns", "exec", "client", os.path.join(BINDIR, "lisp-request"), "--json",
                   "--instance", str(instance), "-m", resolver, asked]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return json.loads(done.stdout)

    def mapping(self, asked, **named):
        """(EID-prefix, locators) as answered."""
        answer = self.ask(asked, **named)
        self.assertEqual(answer["result"], "positive", answer)
        record = answer["records"][0]
        return record["eid"], [locator["rloc"] for locator in record["locators"]]

    def negative(self, asked, **named):
        """(EID-prefix, TTL) as answered."""
        answer = self.ask(asked, **named)
        self.assertEqual(answer["result"], "negative", answer)
        (record,) = answer["records"]
        self.assertEqual(record["action"], "natively-forward")
        return record["eid"], record["ttl"]

    def counter(self, name):
        (counters,) = self.server.status("counters")
        return counters[name]

    def check_wire(self):
        """C-002, and the form of all messages by another decoder."""
        self.wire.close()
        if not shutil.which("tshark") or not self.wire.messages:
            return
        path = os.path.join(self.directory, "wire.pcap")
        self.wire.save(path)
        rows = tshark(path, "udp.port == 4342 && !icmp && !icmpv6", "udp.checksum.status",
                      "udp.checksum")
        self.assertEqual(len(rows), len(self.wire.messages))
        for status, sums in rows:
            self.assertEqual(set(status.split(",")), {"1"})  # the inner ones, too
            self.assertNotIn("0x0000", sums.split(","))
        self.assertEqual(tshark(path, "_ws.malformed && lisp", "frame.number"), [])


class Asking(Network):
    def test_C116_C126_registered_asked_for_and_answered_by_the_site(self):
        self.site("alpha").start("10.1.1.0/24", "2001:db8:e:1::/64")
        self.site("beta", IPV6["server"]).start("10.1.2.0/24")
        both = {name: [IPV4[name], IPV6[name]] for name in HOSTS}
        for resolver in (IPV4["server"], IPV6["server"]):
            since = self.wire.now()
            self.assertEqual(self.mapping("10.1.1.7", resolver=resolver),
                             ("10.1.1.0/24", both["alpha"]))
            asked, forwarded = [message for message in self.wire.messages[since:]
                                if message.type == ECM]
            self.assertEqual((asked.destination, forwarded.source), (resolver, IPV4["server"]))
            self.assertEqual((forwarded.destination, forwarded.dport), (IPV4["alpha"], CONTROL))
            self.assertEqual(forwarded.octets, asked.octets)
            (reply,) = [message for message in self.wire.messages[since:] if message.type == REPLY]
            self.assertEqual((reply.source, reply.sport), (IPV4["alpha"], CONTROL))
            self.assertEqual(reply.records(), {"10.1.1.0/24": (60, both["alpha"])})
            self.assertEqual(self.mapping("2001:db8:e:1::7", resolver=resolver),
                             ("2001:db8:e:1::/64", both["alpha"]))
            self.assertEqual(self.mapping("10.1.2.7", resolver=resolver),
                             ("10.1.2.0/24", both["beta"]))
        self.assertEqual(self.counter("forwarded"), 6)
        self.assertEqual(self.counter("map-replies"), 0)

    def test_C115_C117_C124_answered_by_the_map_server(self):
        self.site("beta").start("10.2.1.0/24", "10.1.1.0/24")
        since = self.wire.now()
        for resolver in (IPV4["server"], IPV6["server"]):
            self.assertEqual(self.mapping("10.2.1.7", resolver=resolver),
                             ("10.2.1.0/24", [IPV4["beta"], IPV6["beta"]]))
            # Registered, but not this; nobody's: the shortest prefixes without anything.
            self.assertEqual(self.negative("10.1.0.1", resolver=resolver), ("10.1.0.0/24", 1))
            self.assertEqual(self.negative("10.1.130.1", resolver=resolver), ("10.1.128.0/17", 1))
            self.assertEqual(self.negative("10.128.0.1", resolver=resolver), ("10.128.0.0/9", 15))
            self.assertEqual(self.negative("2001:db8:f::1", resolver=resolver),
                             ("2001:db8:f::/48", 15))
        replies = [message for message in self.wire.messages[since:] if message.type == REPLY]
        self.assertEqual(len(replies), 10)
        self.assertEqual({message.source for message in replies},
                         {IPV4["server"], IPV6["server"]})
        for message in replies:
            self.assertEqual(message.octets[18] & 0x10, 0)  # A
        self.assertEqual(self.counter("forwarded"), 0)

    def test_C092_instances(self):
        alpha = eid("10.9.1.0/24", IPV4["alpha"], instance=7)
        self.site("alpha").start(alpha, "10.1.1.0/24")
        self.site("gamma").start(eid("10.9.1.0/24", IPV4["gamma"], instance=8))
        self.assertEqual(self.mapping("10.9.1.7", instance=7), ("[7]10.9.1.0/24", [IPV4["alpha"]]))
        self.assertEqual(self.mapping("10.9.1.7", instance=8), ("[8]10.9.1.0/24", [IPV4["gamma"]]))
        self.assertEqual(self.negative("10.9.2.7", instance=8)[1], 1)
        self.assertEqual(self.negative("10.9.1.7", instance=9), ("[9]0.0.0.0/0", 15))
        self.assertEqual(self.negative("10.9.1.7")[1], 15)


class Changing(Network):
    def test_C060_C120_eid_that_moves(self):
        alpha = self.site("alpha").start("10.1.1.0/24", "10.1.1.5/32", "2001:db8:e::5/128")
        beta = self.site("beta").start("10.1.2.0/24")
        there = [IPV4["beta"], IPV6["beta"]]
        self.assertEqual(self.mapping("10.1.1.5")[1], [IPV4["alpha"], IPV6["alpha"]])
        since = self.wire.now()
        beta.write("10.1.2.0/24", "10.1.1.5/32", "2001:db8:e::5/128")
        told = self.wire.wait_for(alpha.is_told(*there, eid_prefix="10.1.1.5/32"), since)
        self.assertEqual(set(told.records()), {"10.1.1.5/32", "2001:db8:e::5/128"})
        self.assertEqual(told.sport, CONTROL)
        ack = self.wire.wait_for(lambda message: message.type == ACK, since)
        self.assertEqual((ack.source, ack.destination, ack.dport),
                         (IPV4["alpha"], IPV4["server"], CONTROL))
        self.assertEqual(ack.nonce, told.nonce)
        self.assertEqual(ack.records(), told.records())
        self.assertEqual(self.mapping("10.1.1.5"), ("10.1.1.5/32", there))
        self.assertEqual(self.mapping("2001:db8:e::5"), ("2001:db8:e::5/128", there))
        self.assertEqual(self.mapping("10.1.1.6"), ("10.1.1.0/24",
                                                    [IPV4["alpha"], IPV6["alpha"]]))
        # Who has acknowledged is told once.
        self.assertEqual(self.counter("unsolicited-notifies"), 1)
        self.assertEqual(self.counter("map-notify-acks"), 1)
        # And back, which the other hears of.
        since = self.wire.now()
        alpha.write("10.1.1.0/24", "10.1.1.5/32", eid("2001:db8:e::5/128", IPV6["alpha"]))
        self.wire.wait_for(beta.is_told(IPV6["alpha"], eid_prefix="2001:db8:e::5/128"), since)
        self.assertEqual(self.mapping("2001:db8:e::5"), ("2001:db8:e::5/128", [IPV6["alpha"]]))

    def test_C119_C114_merged_and_one_expires(self):
        alpha = self.site("alpha", words="merge=yes").start("10.2.3.0/24")
        since = self.wire.now()
        beta = self.site("beta", IPV6["server"], words="merge=yes").start("10.2.3.0/24")
        all_four = [IPV4["alpha"], IPV4["beta"], IPV6["alpha"], IPV6["beta"]]
        for site in (alpha, beta):
            self.wire.wait_for(site.is_told(*all_four, eid_prefix="10.2.3.0/24"), since)
        self.assertEqual(self.mapping("10.2.3.7"), ("10.2.3.0/24", all_four))
        beta.kill()
        self.leap(100)
        since = self.wire.now()
        alpha.register_now()
        self.wire.wait_for(alpha.is_told(*all_four, eid_prefix="10.2.3.0/24"), since)
        self.leap(81)
        since = self.wire.now()
        alone = [IPV4["alpha"], IPV6["alpha"]]
        self.assertEqual(self.mapping("10.2.3.7"), ("10.2.3.0/24", alone))
        told = self.wire.wait_for(alpha.is_told(*alone, eid_prefix="10.2.3.0/24"), since)
        self.wire.wait_for(lambda message: message.type == ACK and message.nonce == told.nonce,
                           since)

    def test_C114_expired(self):
        gamma = self.site("gamma").start("10.1.3.0/24", "10.2.3.0/24")
        gamma.kill()
        self.leap(178)
        self.assertEqual(self.mapping("10.2.3.7")[0], "10.2.3.0/24")
        self.leap(3)
        self.assertEqual(self.negative("10.2.3.7"), ("10.2.0.0/16", 1))
        self.assertEqual(self.negative("10.1.3.7"), ("10.1.0.0/16", 1))
        self.assertEqual(self.server.status("registrations"), [])

    def test_withdrawn_when_it_is_no_longer_configured(self):
        gamma = self.site("gamma", words="withdraw=yes").start("10.1.3.0/24", "10.1.4.0/24",
                                                               "10.2.3.0/24")
        since = self.wire.now()
        gamma.write("10.1.4.0/24", "10.2.3.0/24")
        register = self.wire.wait_for(lambda message: message.type == REGISTER, since)
        self.assertEqual(register.records()["10.1.3.0/24"][0], 0)
        self.wire.wait_for(lambda message: message.type == NOTIFY and
                           message.nonce == register.nonce, since)
        self.assertEqual(self.negative("10.1.3.7"), ("10.1.0.0/22", 1))
        self.assertEqual(self.mapping("10.1.4.7")[0], "10.1.4.0/24")

    def test_what_was_not_acknowledged_is_sent_after_a_restart(self):
        alpha = self.site("alpha").start("10.1.1.5/32")
        alpha.kill()
        beta = self.site("beta").start("10.1.2.0/24")
        since = self.wire.now()
        beta.write("10.1.2.0/24", "10.1.1.5/32")
        there = [IPV4["beta"], IPV6["beta"]]
        told = self.wire.wait_for(alpha.is_told(*there, eid_prefix="10.1.1.5/32"), since)
        self.server.process.kill()
        self.server.process.wait()
        since = self.wire.now()
        self.start_server()
        again = self.wire.wait_for(alpha.is_told(*there, eid_prefix="10.1.1.5/32"), since)
        self.assertEqual(again.octets, told.octets)
        self.assertEqual(self.mapping("10.1.1.5"), ("10.1.1.5/32", there))

    def test_edits_that_change_answers_alone(self):
        self.site("beta").start("10.2.1.0/24")
        self.edit(SITES.replace("10.2.0.0/16", "10.2.0.0/16 deny=policy"))
        answer = self.ask("10.2.1.7")
        self.assertEqual(answer["records"][0]["action"], "drop-policy-denied")
        self.edit(SITES.replace("10.2.0.0/16", "10.2.0.0/16 deny=auth"))
        self.assertEqual(self.ask("10.2.1.7")["records"][0]["action"], "drop-auth-failure")
        self.edit(SITES)
        self.assertEqual(self.mapping("10.2.1.7")[0], "10.2.1.0/24")
        self.edit(SITES + f"@ELSEWHERE\n10.3.0.0/16 {IPV4['gamma']}\n")
        since = self.wire.now()
        command = ["ip", "netns", "exec", "client", os.path.join(BINDIR, "lisp-request"), "--count",
                   "1", "--timeout", "1", "-m", IPV4["server"], "10.3.0.1"]
        subprocess.run(command, capture_output=True, timeout=PATIENCE)
        asked = self.wire.wait_for(lambda message: message.type == ECM, since)
        forwarded = self.wire.wait_for(lambda message: message.type == ECM and
                                       message.destination == IPV4["gamma"], since)
        self.assertEqual(forwarded.octets, asked.octets)
        # Nonces need not rise any more: a register of another time is taken.
        old = self.wire.wait_for(lambda message: message.type == REGISTER)
        before = self.counter("replayed"), self.counter("map-registers")
        self.replay(old)
        self.edit(SITES.replace("beta-key", "beta-key nonce=any"))
        self.replay(old)
        self.negative("172.16.0.1")  # comes after it
        self.assertEqual((self.counter("replayed"), self.counter("map-registers")),
                         (before[0], before[1] + 1))

    def edit(self, text):
        start = len(self.server.stderr)
        os.replace(write_secret(self.sites + ".new", text), self.sites)
        self.server.wait_for(r"mapserver\.conf: edited, reloaded$", start)

    def replay(self, message):
        """From the address and port that it came from, on the host that it came from."""
        code = ("import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                "s.sendto(bytes.fromhex(sys.argv[1]), (sys.argv[2], 4342))")
        run("ip", "netns", "exec", "beta", sys.executable, "-c", code, message.octets.hex(),
            IPV4["server"])


if __name__ == "__main__":
    own_network.enter(hosts=True)
    BINDIR = os.path.abspath(sys.argv.pop(1))
    SHIM = os.path.abspath(sys.argv.pop(1))
    make_network()
    unittest.main(verbosity=2)
