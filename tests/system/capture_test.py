#!/usr/bin/env python3
"""lisp-decode on captures of every kind, made with scapy.

usage: capture_test.py BINDIR

Status 77, which ctest shows as skipped, where scapy is missing. What listens on an interface runs
where this user may make a network namespace.
"""

import gzip
import logging
import os
import shutil
import struct
import subprocess
import sys
import unittest

logging.getLogger("scapy").setLevel(logging.CRITICAL)
try:
    from scapy.all import (Dot1AD, Dot1Q, Ether, ICMP, IP, IPOption_NOP, IPOption_RR, IPv6,
                           IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop,
                           IPv6ExtHdrRouting, PPPoE, Raw, TCP, UDP, fragment, fragment6, raw,
                           wrpcap)
except ImportError:
    print("skipped: no scapy")
    sys.exit(77)
import packets as made
from decoding import PATIENCE, Scratch, decoded, nonces, run

LINK_NULL, LINK_ETHERNET, LINK_PPP, LINK_PPP_HDLC, LINK_PPPOE, LINK_RAW, LINK_LOOP, LINK_SLL = \
    0, 1, 9, 50, 51, 101, 108, 113
LINK_IPV4, LINK_IPV6, LINK_SLL2 = 228, 229, 276
ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


def map_register(nonce, records=1):
    """A Map-Register without authentication data; its EIDs are 10.RECORD.0.0/24."""
    head = bytes([0x30, 0, 0, records]) + nonce.to_bytes(8, "big") + bytes(4)
    one = bytes.fromhex("0000003c01181000000000010a")
    locator = bytes.fromhex("016400640005") + b"\x00\x01" + bytes([192, 0, 2, 1])
    return head + b"".join(one + bytes([n % 256, 0, 0]) + locator for n in range(records))


def message(nonce, records=1, v6=False):
    ip = IPv6(src="2001:db8::1", dst="2001:db8::2") if v6 else IP(src="192.0.2.1", dst="192.0.2.2",
                                                                 id=nonce)
    return ip / UDP(sport=40000 + nonce, dport=4342) / Raw(map_register(nonce, records))


def seen_by_tcpdump(path):
    result = subprocess.run(["tcpdump", "--count", "-r", path], capture_output=True,
                            timeout=PATIENCE)
    assert result.returncode == 0, result
    return int(result.stdout.split()[0])


class Captures(Scratch):
    def write(self, name, packets, link=LINK_ETHERNET):
        """Octets as they are, so that scapy adds nothing."""
        wrpcap(self.path(name), [Raw(raw(packet)) for packet in packets], linktype=link)
        return self.path(name)

    def assert_whole(self, messages):
        for one in messages:
            self.assertEqual(one["type"], "map-register", one)
            self.assertNotIn("error", one)
            self.assertNotIn("warnings", one)


class EveryFrame(Captures):
    def ethernet(self):
        """Frames of every kind with their nonces, and traffic that is none."""
        first, second, third = fragment(message(4, records=50), fragsize=504)
        six = IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrFragment(id=6) / \
            UDP(sport=40006, dport=4342) / Raw(map_register(6, 50))
        six_parts = fragment6(six, 600)
        other = [ETHER / IP() / TCP(sport=4342, dport=4342) / Raw(map_register(99)),
                 ETHER / IP() / ICMP(type=3) / message(98),
                 ETHER / IP() / UDP(sport=53, dport=53) / Raw(map_register(97))]
        frames = [ETHER / message(1), ETHER / Dot1Q(vlan=100) / message(2), other[0],
                  ETHER / Dot1AD(vlan=1) / Dot1Q(vlan=2) / message(3, v6=True),
                  ETHER / third, ETHER / first, other[1], ETHER / second,
                  ETHER / PPPoE(sessionid=7) / Raw(b"\0\x21" + raw(message(5)))]
        frames += [ETHER / Dot1Q(vlan=3) / part for part in six_parts] + [other[2]]
        frames += [ETHER / IP(src="192.0.2.1", dst="192.0.2.2", options=[IPOption_NOP()] * 4) /
                   UDP(sport=40007, dport=4342) / Raw(map_register(7)),
                   ETHER / IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrDestOpt() /
                   UDP(sport=40008, dport=4342) / Raw(map_register(8))]
        self.assertGreater(len(six_parts), 1)
        return frames

    def test_of_ethernet(self):
        messages = decoded("-r", self.write("all.pcap", self.ethernet()))
        self.assertEqual(nonces(messages), [1, 2, 3, 4, 5, 6, 7, 8])
        self.assert_whole(messages)
        self.assertEqual(messages[3]["frame"], 8)
        self.assertEqual(len(messages[3]["records"]), 50)
        self.assertEqual(len(messages[5]["records"]), 50)

    def assert_decodes(self, link, header, packets):
        path = self.write("link.pcap", [header + raw(one) for one in packets], link)
        messages = decoded("-r", path)
        self.assertEqual(nonces(messages), [1, 2])
        self.assert_whole(messages)

    def test_of_other_links(self):
        """A message, and one in fragments, behind headers of IPv4 and IPv6."""
        sll = bytes.fromhex("000000010006020000000001 0000")
        sll2 = "%s 0000 00000002000100060200000000010000"
        four = [(LINK_SLL, sll + b"\x08\0"), (LINK_SLL, sll + bytes.fromhex("8100 0007 0800")),
                (LINK_SLL2, bytes.fromhex(sll2 % "0800")), (LINK_RAW, b""), (LINK_IPV4, b""),
                (LINK_PPP, b"\0\x21"), (LINK_PPP, b"\x21"), (LINK_PPP, b"\xff\x03\0\x21"),
                (LINK_PPP_HDLC, b"\xff\x03\0\x21"),
                (LINK_PPPOE, bytes.fromhex("1100 0007 0000 0021"))]
        six = [(LINK_SLL, sll + b"\x86\xdd"), (LINK_SLL2, bytes.fromhex(sll2 % "86dd")),
               (LINK_SLL2, bytes.fromhex(sll2 % "8100" + "0007 86dd")), (LINK_RAW, b""),
               (LINK_IPV6, b""), (LINK_PPP, b"\0\x57"), (LINK_PPP_HDLC, b"\xff\x03\0\x57"),
               (LINK_PPPOE, bytes.fromhex("1100 0007 0000 0057"))]
        four += [(link, struct.pack(order + "I", 2)) for link, order in
                 ((LINK_NULL, "<"), (LINK_NULL, ">"), (LINK_LOOP, ">"))]
        six += [(link, struct.pack(order + "I", family)) for link, order in
                ((LINK_NULL, "<"), (LINK_NULL, ">"), (LINK_LOOP, ">")) for family in (24, 28, 30)]
        parts = {False: fragment(message(2, records=30), fragsize=200),
                 True: fragment6(IPv6(src="2001:db8::1", dst="2001:db8::2") /
                                 IPv6ExtHdrFragment(id=6) / UDP(sport=40002, dport=4342) /
                                 Raw(map_register(2, 30)), 300)}
        for v6, cases in ((False, four), (True, six)):
            self.assertGreater(len(parts[v6]), 2)
            for link, header in cases:
                with self.subTest(link=link, header=header.hex(), v6=v6):
                    self.assert_decodes(link, header, [message(1, v6=v6), *parts[v6]])

    def test_behind_headers_of_their_own(self):
        """Options of IPv4, also in fragments, and every extension header of IPv6."""
        four = IP(src="192.0.2.1", dst="192.0.2.2",
                  options=[IPOption_NOP(), IPOption_RR(routers=["192.0.2.9"]), IPOption_NOP()])
        six = IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrHopByHop() / \
            IPv6ExtHdrDestOpt() / IPv6ExtHdrRouting(addresses=["2001:db8::2"], segleft=0)
        one, two = [UDP(sport=4342, dport=4342) / Raw(map_register(nonce, records))
                    for nonce, records in ((1, 1), (2, 30))]
        self.assert_decodes(LINK_RAW, b"", [four / one, *fragment(four / two, 200)])
        parts = fragment6(six / IPv6ExtHdrFragment(id=9) / two, 400)
        self.assertGreater(len(parts), 2)
        self.assert_decodes(LINK_RAW, b"", [six / one, *parts])

    def test_found_by_a_filter(self):
        path = self.write("all.pcap", self.ethernet())
        for port in (1, 2, 3, 4, 7):
            found = decoded("-r", path, "udp src port %d" % (40000 + port))
            self.assertEqual(nonces(found), [port])
        self.assertEqual(nonces(decoded("-r", path, "vlan")), [2, 3, 6])
        self.assertEqual(nonces(decoded("-r", path, "pppoes and udp port 4342")), [5])

    def test_in_every_format(self):
        packets = [(1_500_000_000_000 + 250 * n, raw(message(n))) for n in range(1, 4)]
        times = ["2017-07-14T02:40:00.%d000000Z" % n for n in (250, 500, 750)]
        for form in (made.pcap, made.pcapng):
            for order in "<>":
                for digits in (6, 9):
                    octets = form(packets, order=order, digits=digits)
                    for packed in (octets, gzip.compress(octets)):
                        with self.subTest(form=form.__name__, order=order, digits=digits,
                                          packed=packed is not octets):
                            messages = decoded("-r", self.put("capture", packed))
                            self.assertEqual(nonces(messages), [1, 2, 3])
                            self.assertEqual([one["time"] for one in messages], times)
                            self.assertEqual(decoded("-", input=packed), messages)

    def test_in_gzip(self):
        path = self.write("all.pcap", self.ethernet())
        with open(path, "rb") as file:
            octets = file.read()
        with gzip.open(self.path("all.pcap.gz"), "wb") as file:
            file.write(octets)
        plain = run("-r", path).stdout
        self.assertEqual(run("-r", self.path("all.pcap.gz")).stdout, plain)
        with open(self.path("all.pcap.gz"), "rb") as file:
            self.assertEqual(run("-", stdin=file).stdout, plain)
        with open(self.path("all.pcap.gz"), "r+b") as file:
            file.truncate(os.path.getsize(self.path("all.pcap.gz")) - 6)
        cut = run("-r", self.path("all.pcap.gz"))
        self.assertEqual((cut.returncode, cut.stdout), (1, plain))
        self.assertEqual(len(cut.stderr.splitlines()), 1, cut.stderr)

    def test_written_again(self):
        path = self.write("all.pcap", self.ethernet())
        out = self.path("out.pcap")
        self.assertEqual(run("-r", path, "-w", out).stdout, b"")
        written = decoded("-r", out)
        self.assertEqual(nonces(written), [1, 2, 3, 4, 5, 6, 7, 8])
        self.assert_whole(written)
        if shutil.which("tcpdump"):
            self.assertEqual(seen_by_tcpdump(out), len(self.ethernet()) - 3)
        run("-r", path, "-w", out, "-c", "4")
        self.assertEqual(nonces(decoded("-r", out)), [1, 2, 3, 4])
        piped = run("-r", path, "-w", "-", "--type", "map-register")
        self.assertEqual(nonces(decoded("-", input=piped.stdout)), [1, 2, 3, 4, 5, 6, 7, 8])
        self.assertEqual(run("-r", path, "-w", out, "--type", "map-reply").returncode, 0)
        self.assertEqual(decoded("-r", out), [])

    def test_not_written(self):
        path = self.write("ether.pcap", [ETHER / message(1)])
        other = self.write("raw.pcap", [message(2)], LINK_RAW)
        out = self.path("out.pcap")
        result = run("-r", path, "-r", other, "-w", out)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"raw.pcap: not written", result.stderr)
        self.assertEqual(nonces(decoded("-r", out)), [1])
        if os.path.exists("/dev/full"):
            full = run("-r", path, "-w", "/dev/full")
            self.assertEqual(full.returncode, 1)
            self.assertIn(b"No space left on device", full.stderr)


if __name__ == "__main__":
    unittest.main()
