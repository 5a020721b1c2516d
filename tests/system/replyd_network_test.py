#!/usr/bin/env python3
"""lisp-replyd on hosts with several links and addresses, or with one family alone: every form of
Map-Request, over the wire; and lisp-registerd behind it.

    replyd_network_test.py BINDIR [unittest arguments]

In network namespaces and a file system of its own; skipped, with status 77, where this user may not
have them. What was on the wire is read by tshark, if there is one.
"""

import ctypes
import fcntl
import json
import os
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import own_network  # noqa: E402
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402
from packets import udp as udp_packet  # noqa: E402
from replyd_test import (L, PROBED, R, address, encapsulated, golden, lisp_sec,  # noqa: E402
                         map_reply, map_request, record)

BINDIR = ""
PROBE, SOLICIT, DONT_REPLY, PIGGYBACK, SUBSCRIBE = 1 << 25, 1 << 24, 1 << 13, 1 << 26, 1 << 20

# The router has two links; ours is the other end of both. Defaults go over the first.
OURS = {"a4": "192.0.2.1", "a6": "2001:db8:a::1", "b4": "198.51.100.1", "b6": "2001:db8:b::1",
        "far4": "203.0.113.1", "far6": "2001:db8:ffff::1"}
ROUTER = {"a4": "192.0.2.9", "a6": "2001:db8:a::9", "b4": "198.51.100.9", "b6": "2001:db8:b::9"}

EIDS = """\
@EID
10.1.0.0 16 1440 1
192.0.2.9 1 50 1
198.51.100.9 1 50 1
2001:db8:a::9 2 100 1

@EID
2001:db8:1:: 48 60 1
2001:db8:a::9 1 100 1
192.0.2.7 2 100 0

@EID
10.1.0.0 16 30 1 iid=100
192.0.2.9 1 100 1
"""


def v4_record(probed=None, ttl=1440, lost=()):
    rlocs = [("192.0.2.9", 1, 50), ("198.51.100.9", 1, 50), ("2001:db8:a::9", 2, 100)]
    return record("10.1.0.0/16", ttl, [
        (*rloc, L | (0 if rloc[0] in lost else R) | (PROBED if rloc[0] == probed else 0))
        for rloc in rlocs])


V6_RECORD = record("2001:db8:1::/48", 60, [("192.0.2.7", 2, 100, R),
                                           ("2001:db8:a::9", 1, 100, L | R)])


def in_instance(number, text):
    """AFI and Instance ID LCAF of RFC 8060 section 4.1."""
    inner = address(text)
    return struct.pack("!HBBBBHI", 16387, 0, 0, 2, 0, 4 + len(inner), number) + inner


IID_RECORD = struct.pack("!IBBHH", 30, 1, 16, 0x1000, 0) + in_instance(100, "10.1.0.0") + \
    struct.pack("!BBBBH", 1, 100, 255, 0, L | R) + address("192.0.2.9")


def request(eids, itr_rlocs, nonce, flags=0, source=bytes(2), tail=b""):
    """A Map-Request; EIDs and the source EID as octets, beginning with the AFI. EIDs are of full
    length unless (octets, length)."""
    octets = struct.pack("!IQ", 0x10000000 | flags | (len(itr_rlocs) - 1) << 8 | len(eids), nonce)
    octets += source + b"".join(each if isinstance(each, bytes) else address(each)
                                for each in itr_rlocs)
    for eid in eids:
        value, length = eid if isinstance(eid, tuple) else (eid, 128 if eid[1] == 2 else 32)
        octets += struct.pack("!BB", 0, length) + value
    return octets + tail


def run(*words, **named):
    return subprocess.run(words, check=True, **named)


def ip(arguments):
    run("ip", *arguments.split())


def family_of(text):
    return socket.AF_INET6 if ":" in text else socket.AF_INET


def fill_in_checksums(name):
    """So that what the link carries has them, and is not left to hardware that is none."""
    command = ctypes.create_string_buffer(struct.pack("II", 0x17, 0))  # ETHTOOL_STXCSUM
    request_of = struct.pack("16sP16x", name.encode(), ctypes.addressof(command))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8946, request_of)  # SIOCETHTOOL


def link(host, name, families=(4, 6)):
    """From us to a host's link of the same name; both ends have what OURS and ROUTER say."""
    wire, end = f"wire-{name}", f"end-{name}"
    ip(f"link add name {wire} type veth peer name {end}")
    fill_in_checksums(wire)
    fill_in_checksums(end)
    ip(f"link set {end} netns {host}")
    ip(f"link set {wire} up")
    ip(f"-n {host} link set {end} up")
    for family, length in ((4, 24), (6, 64)):
        if family in families:
            no_search = " nodad" if family == 6 else ""
            ip(f"addr add {OURS[name + str(family)]}/{length} dev {wire}{no_search}")
            ip(f"-n {host} addr add {ROUTER[name + str(family)]}/{length} dev {end}{no_search}")


class Wire:
    """Frames that come over a link from now on."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self.socket.bind((f"wire-{name}", 0))
        self.socket.setblocking(False)

    def wait_for_port_unreachable(self):
        self.socket.settimeout(PATIENCE)
        while True:
            frame = self.socket.recv(65535)
            if frame[12:14] == b"\x08\x00" and frame[23] == 1 and frame[34:36] == b"\x03\x03":
                return

    def close(self):
        self.socket.close()

    def frames(self):
        while True:
            try:
                yield self.socket.recv(65535)
            except BlockingIOError:
                return


def save_capture(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
        for frame in frames:
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)


def tshark(path, display, *fields):
    """The values of fields in each packet that the filter takes, as tshark prints them."""
    done = run("tshark", "-r", path, "-o", "udp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE",
               "-Y", display, "-T", "fields", "-E", "separator=|",
               *[word for field in fields for word in ("-e", field)],
               capture_output=True, text=True)
    return [line.split("|") for line in done.stdout.splitlines()]


class Network(unittest.TestCase):
    """A router, two links, and we."""

    families = (4, 6)

    @classmethod
    def setUpClass(cls):
        ip("netns add router")
        cls.addClassCleanup(cls.remove)
        ip("-n router link set lo up")
        if 6 not in cls.families:
            run("ip", "netns", "exec", "router", "sh", "-c",
                "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6")
        for name in ("a", "b"):
            link("router", name, cls.families)
        for family in cls.families:
            far = OURS[f"far{family}"] + ("/32" if family == 4 else "/128 nodad")
            ip(f"addr add {far} dev lo")
            cls.addClassCleanup(ip, f"addr del {far.split()[0]} dev lo")
            ip(cls.default_route(family))

    @staticmethod
    def default_route(family):
        return f"-n router -{family} route add default via {OURS['a' + str(family)]}"

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="replyd-network-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.config = write_secret(os.path.join(self.directory, "lisp.conf"), EIDS)
        self.nonce = 0

    @staticmethod
    def remove():
        for words in ("link del wire-a", "link del wire-b", "netns del router"):
            subprocess.run(["ip", *words.split()], check=False)

    def start(self, *args, name="lisp-replyd"):
        rate = ["--rate", "0"] if name == "lisp-replyd" else []
        daemon = Daemon(BINDIR, name, ["-f", self.config, *rate, *args], self.directory,
                        ["ip", "netns", "exec", "router"])
        self.addCleanup(daemon.stop)
        return daemon

    def open(self, port=0):
        """A socket at each of our addresses, all at one port."""
        sockets = {}
        for name, text in OURS.items():
            if int(name[-1]) not in self.families:
                continue
            bound = socket.socket(family_of(text), socket.SOCK_DGRAM)
            self.addCleanup(bound.close)
            bound.bind((text, port))
            port = bound.getsockname()[1]
            sockets[text] = bound
        return sockets, port

    def wire(self, name):
        wire = Wire(name)
        self.addCleanup(wire.close)
        return wire

    def receive(self, sockets):
        """(our address, the sender's address and port, octets) of the next datagram."""
        ready, _, _ = select.select(list(sockets.values()), [], [], PATIENCE)
        self.assertTrue(ready, "nothing came")
        octets, sender = ready[0].recvfrom(65535)
        return ready[0].getsockname()[0], sender[:2], octets

    def next_nonce(self):
        self.nonce += 1
        return self.nonce


class Forms(Network):
    """Requests from one of our addresses at a port, ECMs from another port."""

    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.itrs, self.port = self.open()
        self.outers, _ = self.open()

    def ask(self, octets, source, asked, sockets=None):
        (sockets or self.itrs)[source].sendto(octets, (asked, 4342))

    def ecm(self, payload, inner):
        ends = {4: ("10.9.9.9", "10.1.2.3"), 6: ("2001:db8:9::9", "2001:db8:1::1")}[inner]
        return encapsulated(payload, *ends, self.port)

    def check(self, octets, source, asked, arrived, expected, outer=False):
        self.ask(octets, source, asked, self.outers if outer else self.itrs)
        got = self.receive(self.itrs)
        self.assertEqual((got[0], got[1]), (arrived, (asked, 4342)))
        self.assertEqual(got[2].hex(), expected.hex())

    # EIDs asked for and the records that answer.
    QUESTIONS = {
        "IPv4": ([address("10.1.2.3")], [v4_record()]),
        "IPv6": ([address("2001:db8:1::1")], [V6_RECORD]),
        "instance": ([(in_instance(100, "10.1.2.3"), 32)], [IID_RECORD]),
        "several": ([address("10.1.2.3"), address("10.7.0.1"), address("2001:db8:1:2::1")],
                    [v4_record(ttl=60), V6_RECORD]),
        "prefix": ([(address("10.1.2.0"), 24)], [v4_record()]),
    }
    SOURCES = {"none": bytes(2), "IPv4": address("10.9.9.9"), "IPv6": address("2001:db8:9::9"),
               "instance": in_instance(100, "10.9.9.9")}
    # ITR-RLOCs and which of them a request over IPv4 and over IPv6 is answered at.
    ITR_RLOCS = [
        (["a4"], "a4", "a4"),
        (["a6"], "a6", "a6"),
        (["a4", "a6"], "a4", "a6"),
        (["a6", "a4"], "a4", "a6"),
        (["far6", "far4", "a4", "a6"], "far4", "far6"),
        (["b4", "a4", "b6"], "b4", "b6"),
    ]

    def test_C066_to_C070_every_form_of_request(self):
        wires = [self.wire("a"), self.wire("b")]
        count = 0
        for number, (names, over4, over6) in enumerate(self.ITR_RLOCS):
            itr_rlocs = [OURS[name] for name in names]
            source = list(self.SOURCES.values())[number % len(self.SOURCES)]
            for eids, records in self.QUESTIONS.values():
                for outer, arrived in ((4, over4), (6, over6)):
                    ours, router = OURS[f"a{outer}"], ROUTER[f"a{outer}"]
                    if arrived[-1] != str(outer):
                        router = None
                    for form in ("plain", 4, 6):
                        with self.subTest(names=names, outer=outer, form=form):
                            self.exchange(eids, records, itr_rlocs, source, ours, router, arrived,
                                          form, outer)
                            count += 1
        frames = [frame for wire in wires for frame in wire.frames()]
        self.check_capture(frames, count)

    def exchange(self, eids, records, itr_rlocs, source, ours, router, arrived, form, outer):
        nonce = self.next_nonce()
        octets = request(eids, itr_rlocs, nonce, source=source)
        asked = ROUTER[f"a{outer}"]
        if form == "plain":
            self.ask(octets, ours, asked)
        else:
            self.ask(self.ecm(octets, form), ours, asked, self.outers)
        got = self.receive(self.itrs)
        self.assertEqual(got[0], OURS[arrived])
        # Where the reply cannot leave from what was asked, it leaves from the link to the ITR.
        link_of_reply = "b" if arrived[0] == "b" else "a"
        self.assertEqual(got[1], (router or ROUTER[link_of_reply + arrived[-1]], 4342))
        self.assertEqual(got[2].hex(), map_reply(records, nonce).hex())

    def check_capture(self, frames, count):
        """C-002 and the form of Map-Replies by another decoder."""
        if not shutil.which("tshark"):
            return
        path = os.path.join(self.directory, "wire.pcap")
        save_capture(path, frames)
        replies = "lisp.type == 2 && !icmp && !icmpv6"
        # 1: good; and never 0x0000, which would be none.
        rows = tshark(path, replies, "udp.checksum.status", "udp.checksum", "udp.srcport",
                      "lisp.nonce", "lisp.mapping.auth", "lisp.mapping.ttl")
        self.assertEqual(len(rows), count)
        for status, sum_of, port, _, authoritative, ttl in rows:
            self.assertEqual((status, port), ("1", "4342"))
            self.assertNotEqual(int(sum_of, 16), 0)
            self.assertEqual(set(authoritative.split(",")), {"1"})
            self.assertEqual(len(set(ttl.split(","))), 1)  # C-074
        self.assertEqual(len({row[3] for row in rows}), count)
        self.assertEqual(tshark(path, "_ws.malformed && lisp.type == 2", "frame.number"), [])
        big = tshark(path, replies + " && (ip.len > 576 || ipv6.plen > 1240)", "frame.number")
        self.assertEqual(big, [])  # C-004

    def test_C077_probes(self):
        for name, rloc in ROUTER.items():
            ours = OURS[name]
            nonce = self.next_nonce()
            probe = request([(address("10.1.0.0"), 16)], [ours], nonce, flags=PROBE)
            self.check(probe, ours, rloc, ours,
                       map_reply([v4_record(rloc)], nonce, flags=0x08000000))

    def test_C077_probe_reply_has_the_address_of_the_interface(self):
        # Asked at the second link, for an ITR that is reached over the first.
        for family in self.families:
            nonce = self.next_nonce()
            ours, asked = OURS[f"b{family}"], ROUTER[f"b{family}"]
            far = OURS[f"far{family}"]
            self.ask(request([(address("10.1.0.0"), 16)], [far], nonce, flags=PROBE), ours, asked)
            self.assertEqual(self.receive(self.itrs), (
                far, (ROUTER[f"a{family}"], 4342),
                map_reply([v4_record(asked)], nonce, flags=0x08000000)))

    def test_C067_the_address_that_was_asked_answers_over_whatever_link(self):
        for family in self.families:
            nonce = self.next_nonce()
            self.check(request([address("10.1.2.3")], [OURS[f"far{family}"]], nonce),
                       OURS[f"b{family}"], ROUTER[f"b{family}"], OURS[f"far{family}"],
                       map_reply([v4_record()], nonce))

    def test_what_xtrs_and_map_servers_of_others_send(self):
        # A probe with the ITR-RLOCs of IPv6 first and no source EID; its retry has the same nonce.
        nonce = self.next_nonce()
        probe = request([(address("10.1.0.0"), 16)], [OURS["a6"], OURS["a4"]], nonce, flags=PROBE)
        for _ in range(2):
            self.check(probe, OURS["a4"], ROUTER["a4"], OURS["a4"],
                       map_reply([v4_record(ROUTER["a4"])], nonce, flags=0x08000000))
        # An SMR-invoked request: inside, network addresses and port 4342 at both ends.
        nonce = self.next_nonce()
        invoked = request([(address("10.1.0.0"), 16)], [OURS["a4"]], nonce, flags=1 << 22,
                          source=address("10.9.0.0"))
        ecm = encapsulated(invoked, "10.9.0.0", "10.1.0.0", 4342)
        itrs, _ = self.open(4342)
        self.outers[OURS["a4"]].sendto(ecm, (ROUTER["a4"], 4342))
        self.assertEqual(self.receive(itrs), (OURS["a4"], (ROUTER["a4"], 4342),
                                              map_reply([v4_record()], nonce)))
        # A Map-Server forwards from its own port 4342.
        nonce = self.next_nonce()
        itrs[OURS["b4"]].sendto(self.ecm(request([address("10.1.2.3")], [OURS["far4"]], nonce), 4),
                                (ROUTER["a4"], 4342))
        self.assertEqual(self.receive(self.itrs), (OURS["far4"], (ROUTER["a4"], 4342),
                                                   map_reply([v4_record()], nonce)))

    def test_other_parts_of_a_request(self):
        def asked(nonce, **named):
            return request([address("10.1.2.3")], [OURS["a4"]], nonce, **named)

        piggyback = record("10.9.0.0/16", 60, [("203.0.113.1", 1, 100, R)])
        key = struct.pack("!HBBBBH", 16387, 0, 0, 11, 0, 14) + bytes([1, 0, 1, 0, 0, 2, 7, 7]) + \
            address(OURS["a4"])
        forms = {
            "M": lambda nonce: asked(nonce, flags=PIGGYBACK, tail=piggyback),
            "I": lambda nonce: asked(nonce, flags=SUBSCRIBE, tail=bytes(24)),
            "keys": lambda nonce: request([address("10.1.2.3")], [key], nonce),
            "LISP-SEC": lambda nonce: lisp_sec(self.ecm(asked(nonce), 4)),
        }
        for name, form in forms.items():
            with self.subTest(name):
                nonce = self.next_nonce()
                self.check(form(nonce), OURS["a4"], ROUTER["a4"], OURS["a4"],
                           map_reply([v4_record()], nonce))

    def test_C079_C080_C092_no_answer(self):
        eid = address("10.1.2.3")
        silent = [
            request([eid], [OURS["a4"]], 1000, flags=SOLICIT),
            request([eid], [OURS["a4"]], 1001, flags=DONT_REPLY),
            request([(in_instance(101, "10.1.2.3"), 32)], [OURS["a4"]], 1002),
            request([(in_instance(100, "2001:db8:1::1"), 128)], [OURS["a4"]], 1003),
            self.ecm(request([eid], [OURS["a4"]], 1004, flags=PROBE), 4),
        ]
        for octets in silent:
            self.ask(octets, OURS["a4"], ROUTER["a4"])
        nonce = self.next_nonce()
        self.check(request([eid], [OURS["a4"]], nonce), OURS["a4"], ROUTER["a4"], OURS["a4"],
                   map_reply([v4_record()], nonce))

    def test_C003_wrong_udp_checksums_are_dropped(self):
        before = self.daemon.status("counters")[0]["received"]
        for family in self.families:
            ours, router = OURS[f"a{family}"], ROUTER[f"a{family}"]
            octets = request([address("10.1.2.3")], [ours], 2000)
            packet = bytearray(udp_packet(ours, router, octets, self.port, 4342))
            packet[(20 if family == 4 else 40) + 6] ^= 0x55
            with socket.socket(family_of(ours), socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
                raw.sendto(packet, (router, 0))
            nonce = self.next_nonce()
            self.check(request([address("10.1.2.3")], [ours], nonce), ours, router, ours,
                       map_reply([v4_record()], nonce))
        after = self.daemon.status("counters")[0]["received"]
        self.assertEqual(after - before, len(self.families))

    def test_C069_another_itr_rloc_where_there_is_no_route(self):
        ip("-n router -6 route del default")
        self.addCleanup(ip, self.default_route(6))
        for rlocs, arrived in (([OURS["far6"], OURS["far4"]], "far4"),
                               ([OURS["far6"], OURS["b6"]], "b6")):
            nonce = self.next_nonce()
            self.ask(request([address("10.1.2.3")], rlocs, nonce), OURS["a6"], ROUTER["a6"])
            got = self.receive(self.itrs)
            self.assertEqual((got[0], got[2]), (OURS[arrived], map_reply([v4_record()], nonce)))
        counters = self.daemon.status("counters")[0]
        self.assertEqual((counters["map-replies"], counters["send-errors"]), (2, 0))
        self.ask(request([address("10.1.2.3")], [OURS["far6"]], 1), OURS["a6"], ROUTER["a6"])
        nonce = self.next_nonce()
        self.check(request([address("10.1.2.3")], [OURS["a6"]], nonce), OURS["a6"], ROUTER["a6"],
                   OURS["a6"], map_reply([v4_record()], nonce))
        self.assertEqual(self.daemon.status("counters")[0]["send-errors"], 1)


class SeveralListeners(Network):
    def test_C067_C077_each_answers_for_itself(self):
        listeners = [ROUTER["a4"], ROUTER["b4"], f"[{ROUTER['b6']}]:4342"]
        daemon = self.start(*[word for each in listeners for word in ("-l", each)])
        self.assertEqual(len(daemon.listen), 3)
        itrs, _ = self.open()
        for name in ("b4", "a4", "b6"):
            far = OURS["far" + name[-1]]
            for flags, reply_flags in ((0, 0), (PROBE, 0x08000000)):
                nonce = self.next_nonce()
                octets = request([address("10.1.2.3")], [far], nonce, flags=flags)
                itrs[OURS[name]].sendto(octets, (ROUTER[name], 4342))
                expected = v4_record(ROUTER[name] if flags else None)
                self.assertEqual(self.receive(itrs), (far, (ROUTER[name], 4342),
                                                      map_reply([expected], nonce, reply_flags)))


class OwnRlocs(Network):
    """R is for what the host has."""

    def setUp(self):
        super().setUp()
        self.daemon = self.start()
        self.itrs, _ = self.open()

    def expect_lost(self, *lost):
        """Soon: what is logged is acted on next."""
        deadline = time.monotonic() + PATIENCE
        while not self.is_answered(lost, time.monotonic() > deadline):
            pass

    def is_answered(self, lost, at_last):
        nonce = self.next_nonce()
        self.itrs[OURS["a4"]].sendto(request([address("10.1.2.3")], [OURS["a4"]], nonce),
                                     (ROUTER["a4"], 4342))
        _, _, octets = self.receive(self.itrs)
        expected = map_reply([v4_record(lost=lost)], nonce)
        if at_last:
            self.assertEqual(octets.hex(), expected.hex())
        return octets == expected

    def test_C075_r_bits_follow_the_addresses_of_the_host(self):
        lost, path = ROUTER["b4"], f"{ROUTER['b4']}/24 dev end-b"
        self.addCleanup(subprocess.run, ["ip", "-n", "router", "addr", "add", *path.split()],
                        stderr=subprocess.DEVNULL)
        self.expect_lost()
        ip(f"-n router addr del {path}")
        self.daemon.wait_for(f"warning: own RLOC {lost}: no longer an address of this host")
        self.expect_lost(lost)
        self.daemon.reload("reloaded")
        self.expect_lost(lost)
        ip(f"-n router addr add {path}")
        self.daemon.wait_for(f"own RLOC {lost}: again an address of this host")
        self.expect_lost()


class OneFamily(Network):
    def exercise(self, family):
        self.start()
        itrs, port = self.open()
        ours, router = OURS[f"a{family}"], ROUTER[f"a{family}"]
        both = [OURS["a6"], OURS["a4"]]
        for rlocs in ([ours], both, both[::-1]):
            for eid, expected in (("10.1.2.3", v4_record()), ("2001:db8:1::1", V6_RECORD)):
                octets = request([address(eid)], rlocs, self.next_nonce())
                source = "2001:db8:9::9" if ":" in eid else "10.9.9.9"
                for form in (octets, encapsulated(octets, source, eid, port)):
                    itrs[ours].sendto(form, (router, 4342))
                    self.assertEqual(self.receive(itrs), (ours, (router, 4342),
                                                          map_reply([expected], self.nonce)))
        for words in (["--no-ecm"], ["--probe"]):
            done = run(os.path.join(BINDIR, "lisp-request"), "--json", *words, "-m", router,
                       "10.1.0.0/16", capture_output=True, text=True)
            self.assertEqual(json.loads(done.stdout)["result"], "positive")


class Ipv4Alone(OneFamily):
    families = (4,)

    def test_C069_C081_answers(self):
        self.exercise(4)


class Ipv6Alone(OneFamily):
    families = (6,)

    def test_C069_C081_answers(self):
        self.exercise(6)


class Registration(Network):
    """lisp-registerd behind lisp-replyd: the Map-Server's Map-Notify goes to port 4342 alone."""

    SITE = f"@MAPSERVER\n{OURS['a4']} a-secret-of-the-site alg=sha256\n" + EIDS
    SITES = """\
@SITE site
key a-secret-of-the-site alg=sha256
eid 10.1.0.0/16 notify-port=4342
eid 2001:db8:1::/48 notify-port=4342
eid 10.1.0.0/16 iid=100 notify-port=4342
"""

    def setUp(self):
        super().setUp()
        write_secret(self.config, self.SITE)
        sites = write_secret(os.path.join(self.directory, "mapserver.conf"), self.SITES)
        server = Daemon(BINDIR, "lisp-mapserverd", ["-f", sites, "-l", OURS["a4"]])
        self.addCleanup(server.stop)

    def registerd(self):
        return self.start(name="lisp-registerd")

    def acknowledged(self, daemon, start=0):
        daemon.wait_for(r"acknowledged 3/3", start)

    def test_C062_acknowledged_through_the_reply_daemon(self):
        replyd = self.start()
        first = self.registerd()
        self.acknowledged(first)
        self.assertEqual(first.stop(), 0)
        before = replyd.status("counters")[0]
        self.assertEqual(before["registerd-lost"], 0)
        # Nobody there: what comes meanwhile is lost and counted.
        itrs, _ = self.open()
        for _ in range(3):
            itrs[OURS["b4"]].sendto(golden("NTF-SHA1-20"), (ROUTER["a4"], 4342))
        nonce = self.next_nonce()
        itrs[OURS["a4"]].sendto(request([address("10.1.2.3")], [OURS["a4"]], nonce),
                                (ROUTER["a4"], 4342))
        self.receive(itrs)
        counters = replyd.status("counters")[0]
        self.assertEqual(counters["registerd-lost"], 3)
        self.assertEqual(counters["handed-on"], before["handed-on"] + 3)
        second = self.registerd()
        self.acknowledged(second)
        self.assertEqual(replyd.status("counters")[0]["registerd-lost"], 3)

    def test_C062_the_reply_daemon_comes_later_and_goes_again(self):
        wire = self.wire("a")
        registerd = self.registerd()
        wire.wait_for_port_unreachable()  # what the Map-Notify met with
        replyd = self.start()
        self.acknowledged(registerd)
        replyd.stop()
        replyd = self.start()
        start = len(registerd.stderr)
        write_secret(self.config, self.SITE.replace("192.0.2.7 2 100 0", "192.0.2.7 3 100 0"))
        self.acknowledged(registerd, start)
        self.assertGreater(replyd.status("counters")[0]["handed-on"], 0)


class Asking(Network):
    """lisp-request and peers that send Map-Replies where others do not."""

    def test_C101_any_of_its_itr_rlocs_may_be_answered(self):
        asked, _ = self.open(4342)
        for choice in (0, -1):
            command = ["ip", "netns", "exec", "router", os.path.join(BINDIR, "lisp-request"),
                       "--json", "-m", OURS["a4"], "10.1.2.3"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
                _, _, octets = self.receive(asked)
                udp_at = 4 + (octets[4] & 15) * 4
                port = struct.unpack("!H", octets[udp_at:udp_at + 2])[0]
                inner = octets[udp_at + 8:]
                self.assertEqual(inner[2] & 31, 1)  # two ITR-RLOCs, IPv4 before IPv6
                self.assertEqual(inner[12:14], bytes(2))  # no source EID
                rlocs = [socket.inet_ntop(socket.AF_INET, inner[16:20]),
                         socket.inet_ntop(socket.AF_INET6, inner[22:38])]
                self.assertEqual(rlocs, [ROUTER["a4"], ROUTER["a6"]])
                to = rlocs[choice]
                reply = map_reply([v4_record()], struct.unpack("!Q", inner[4:12])[0])
                asked[OURS["far6" if ":" in to else "far4"]].sendto(reply, (to, port))
                output, _ = asking.communicate(timeout=PATIENCE)
            self.assertEqual(asking.returncode, 0)
            self.assertEqual(json.loads(output)["result"], "positive")


if __name__ == "__main__":
    own_network.enter(hosts=True)
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main()
