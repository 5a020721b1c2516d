#!/usr/bin/env python3
"""lisp-decode on captures of every kind, made with scapy.

usage: capture_test.py BINDIR

Status 77, which ctest shows as skipped, where scapy is missing.
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
    from scapy.all import (ARP, Dot1AD, Dot1Q, Ether, ICMP, ICMPv6DestUnreach, IP, IPOption_NOP,
                           IPOption_RR, IPv6, IPv6ExtHdrDestOpt, IPv6ExtHdrFragment,
                           IPv6ExtHdrHopByHop, IPv6ExtHdrRouting, PPPoE, Raw, SCTP, TCP, UDP,
                           fragment, fragment6, raw, wrpcap)
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


def data(inner, header="0000000000000000", v6=False):
    """A data packet between xTRs."""
    ip = IPv6(src="2001:db8:ff::1", dst="2001:db8:ff::2") if v6 else IP(src="198.51.100.1",
                                                                       dst="198.51.100.2")
    return ip / UDP(sport=61000, dport=4341, chksum=0) / Raw(bytes.fromhex(header) + raw(inner))


def encapsulated(inner):
    return IP(src="10.1.0.1", dst="10.1.0.2") / UDP(sport=4342, dport=4342) / \
        Raw(bytes.fromhex("80000000") + raw(inner))


GPE_IPV4, GPE_IPV6, GPE_ETHERNET, GPE_NSH = ("0400000%d00000000" % n for n in (1, 2, 3, 4))
NUMBERS = {"map-register": 3, "encapsulated-control": 8}


def types(one):
    """From the outermost message in."""
    return [one["type"]] + (types(one["inner"]) if "inner" in one else [])


class InDataPackets(Captures):
    def decoded_one(self, packet, **options):
        one, = decoded("-r", self.write("one.pcap", [ETHER / packet]), **options)
        return one

    def test_other_traffic_is_told_by_its_headers(self):
        ends = {"src": "10.0.0.1", "dst": "10.0.0.2"}
        ends6 = {"src": "2001:db8::1", "dst": "2001:db8::2"}
        for inner, protocol, ports in [
                (IP(**ends) / TCP(sport=1, dport=80), 6, (1, 80)),
                (IP(**ends) / UDP(sport=2, dport=53), 17, (2, 53)),
                (IP(**ends) / SCTP(sport=3, dport=4342), 132, (3, 4342)),
                (IP(**ends) / ICMP(), 1, None),
                (IP(**ends, options=[IPOption_NOP()] * 4) / UDP(sport=4, dport=9), 17, (4, 9)),
                (IPv6(**ends6) / TCP(sport=5, dport=80), 6, (5, 80)),
                (IPv6(**ends6) / IPv6ExtHdrDestOpt() / UDP(sport=6, dport=9), 17, (6, 9)),
                (IP(**ends, flags="MF", frag=0) / UDP(sport=7, dport=9), 17, (7, 9)),
                (IP(**ends, frag=1, proto=17) / Raw(bytes(8)), 17, None)]:
            header = GPE_IPV6 if IPv6 in inner else GPE_IPV4
            frame = ETHER / Dot1AD(vlan=7) / Dot1Q(vlan=8) / inner
            for packet in (data(inner), data(inner, v6=True), data(inner, header),
                           data(frame, GPE_ETHERNET)):
                with self.subTest(inner=inner.summary()):
                    one = self.decoded_one(packet)
                    self.assertEqual(one["type"], "data")
                    self.assertEqual((one["inner-src"], one["inner-dst"]),
                                     tuple((ends6 if IPv6 in inner else ends).values()))
                    self.assertEqual(one["inner-protocol"], protocol)
                    self.assertEqual((one["inner-sport"], one["inner-dport"]) if ports else
                                     one.get("inner-sport"), ports)
                    self.assertEqual(one["inner-length"], len(inner))
                    for key in ("inner", "payload", "error", "warnings"):
                        self.assertNotIn(key, one)
            self.assertEqual(one["inner-vlans"], [7, 8])
            self.assertEqual((one["inner-src-mac"], one["inner-dst-mac"]), (ETHER.src, ETHER.dst))

    def test_what_is_no_ip_packet_is_shown_in_octets(self):
        arp = ETHER / ARP()
        one = self.decoded_one(data(arp, GPE_ETHERNET))
        self.assertEqual(one["inner-ethertype"], 0x806)
        self.assertEqual(one["payload"], raw(arp).hex())
        one = self.decoded_one(data(Raw(bytes(24)), GPE_NSH))
        self.assertEqual((one["next-protocol-name"], one["payload"]), ("nsh", bytes(24).hex()))
        secret = message(1)
        one = self.decoded_one(data(secret, "0100000000000000"))
        self.assertEqual((one["key-id"], one["payload"]), (1, raw(secret).hex()))
        self.assertNotIn("inner", one)

    def nests(self):
        """Data packets with a message inside that tshark finds too, by its number."""
        return [data(message(1)), data(message(2, v6=True)), data(message(3), v6=True),
                data(data(message(4))), data(data(data(message(5)))),
                data(encapsulated(message(6))),
                data(IPv6(src="2001:db8::1", dst="2001:db8::2") / IPv6ExtHdrDestOpt() /
                     UDP(sport=40007, dport=4342) / Raw(map_register(7)))]

    def frames(self):
        gpe = [data(message(8), GPE_IPV4), data(message(9, v6=True), GPE_IPV6),
               data(ETHER / Dot1Q(vlan=1) / message(10), GPE_ETHERNET),
               data(Raw(bytes.fromhex("00010001" "11223344")) / message(11), "0400008000000000")]
        return [ETHER / one for one in self.nests() + gpe]

    def test_messages_are_found(self):
        path = self.write("nests.pcap", self.frames())
        messages = decoded("-r", path)
        self.assertEqual(len(messages), 11)
        for number, one in enumerate(messages, 1):
            inner = one
            while "inner" in inner:
                self.assertNotIn("error", inner)
                self.assertNotIn("warnings", inner)
                inner = inner["inner"]
            self.assertEqual((inner["type"], int(inner["nonce"], 16), inner["sport"]),
                             ("map-register", number, 40000 + number))
        self.assertEqual(run("--count", "-r", path).stdout, b"data 11\nframes 11\n")
        self.assertEqual(len(decoded("-r", path, "--nonce", "4")), 1)
        self.assertEqual(len(decoded("-r", path, "--type", "map-register")), 0)
        self.assertEqual(len(decoded("-r", path, "--eid", "10.0.0.0/24")), 11)

    @unittest.skipUnless(shutil.which("tshark"), "no tshark")
    def test_messages_are_those_that_tshark_finds(self):
        path = self.write("nests.pcap", self.frames()[:len(self.nests())])
        result = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-e", "lisp.type",
                                 "-e", "lisp.nonce"], capture_output=True, timeout=PATIENCE,
                                text=True)
        ours = []
        for one in decoded("-r", path):
            numbers = [str(NUMBERS[name]) for name in types(one) if name != "data"]
            while "inner" in one:
                one = one["inner"]
            ours.append(",".join(numbers) + "\t" + one["nonce"])
        self.assertEqual(result.stdout.splitlines(), ours)

    def test_messages_quoted_in_icmp_errors_are_none(self):
        quoted = message(1)
        error = IP(src="10.0.0.2", dst="10.0.0.1") / ICMP(type=3, code=3) / quoted
        error6 = IPv6(src="2001:db8::2", dst="2001:db8::1") / ICMPv6DestUnreach() / \
            message(1, v6=True)
        path = self.write("errors.pcap", [
            ETHER / error, ETHER / error6, ETHER / data(error), ETHER / data(error6),
            ETHER / IP() / ICMP(type=3, code=3) / data(quoted), ETHER / data(data(error))])
        messages = decoded("-r", path)
        self.assertEqual([types(one) for one in messages], [["data"], ["data"], ["data", "data"]])
        self.assertEqual(run("--count", "-r", path).stdout, b"data 3\nframes 6\nother 3\n")
        self.assertEqual(run("--stats", "-F", "json", "-r", path).returncode, 0)

    def test_cut_by_the_snap_length(self):
        frame = raw(ETHER / data(data(message(1))))
        one = 14 + 28 + 8 + 28
        for size in range(14 + 28, len(frame)):
            path = self.path("cut.pcap")
            with open(path, "wb") as file:
                file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, size, LINK_ETHERNET) +
                           struct.pack("<IIII", 0, 0, size, len(frame)) + frame[:size])
            found, = decoded("-r", path, status=1)
            self.assertEqual(found["length"], len(frame) - 14 - 28)
            self.assertEqual(found["error"]["reason"], "truncated")
            self.assertLessEqual(found["error"]["offset"], size - 14 - 28)
            self.assertEqual("inner" in found, size >= one)
            self.assertEqual("inner" in found.get("inner", {}), size >= one + 8 + 28)
            if "inner-length" in found:
                self.assertEqual(found["inner-length"], len(frame) - 14 - 28 - 8)


if __name__ == "__main__":
    unittest.main()
