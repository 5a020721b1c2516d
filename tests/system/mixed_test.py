#!/usr/bin/env python3
"""LISP among other traffic: lisp-decode counts of each type what tshark counts, and passes over all
that is something else.

usage: mixed_test.py BINDIR

Status 77, which ctest shows as skipped, where scapy, tshark or jq is missing.
"""

import collections
import logging
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

logging.getLogger("scapy").setLevel(logging.CRITICAL)
try:
    from scapy.all import (ARP, DNS, DNSQR, Dot1AD, Dot1Q, Ether, ICMP, ICMPv6DestUnreach, IP, IPv6,
                           IPv6ExtHdrFragment, LLC, Raw, SNAP, STP, TCP, UDP, Dot3, fragment,
                           fragment6, raw, wrpcap)
except ImportError:
    print("skipped: no scapy")
    sys.exit(77)
import packets as made

HERE = os.path.dirname(os.path.abspath(__file__))
BIN = os.path.abspath(sys.argv.pop(1))
PATIENCE = 100  # seconds
LISP = 600  # frames of LISP
MACS = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")
FOUR = IP(src="192.0.2.1", dst="192.0.2.2")
SIX = IPv6(src="2001:db8::1", dst="2001:db8::2")
MESSAGE = made.map_request(99, "10.1.0.0/16", "192.0.2.1")
CONTROL = UDP(sport=made.CONTROL, dport=made.CONTROL) / Raw(MESSAGE)


def data_packet():
    inner = IP(src="10.0.0.1", dst="10.0.0.2") / ICMP() / Raw(bytes(1200))
    return UDP(sport=61000, dport=made.DATA) / Raw(bytes(8) + raw(inner))


def tcp_to_lisp():
    """Reliable transport of registrations, and what is not even that."""
    for port in (made.CONTROL, made.DATA):
        for packet in (FOUR / TCP(sport=50000, dport=port) / Raw(MESSAGE),
                       SIX / TCP(sport=port, dport=50000, flags="S"),
                       FOUR / TCP(sport=port, dport=port) / Raw(bytes(1000))):
            yield MACS / packet
            yield MACS / Dot1Q(vlan=5) / packet
    yield MACS / fragment(FOUR / TCP(sport=1, dport=made.CONTROL) / Raw(MESSAGE * 40), 600)[0]


def other():
    """None of it LISP, though most of it looks like it."""
    query = UDP(sport=53000, dport=53) / DNS(rd=1, qd=DNSQR(qname="lisp.example"))
    for tag in (Dot1Q(vlan=7), Dot1AD(vlan=1) / Dot1Q(vlan=2), None):
        for packet in (FOUR / query, SIX / query, ARP(pdst="192.0.2.2"),
                       FOUR / UDP(sport=4340, dport=4343) / Raw(MESSAGE),
                       FOUR / TCP(sport=80, dport=43420) / Raw(MESSAGE),
                       FOUR / ICMP(type=3, code=3) / FOUR / CONTROL,
                       FOUR / ICMP(type=11) / FOUR / data_packet(),
                       SIX / ICMPv6DestUnreach(code=4) / SIX / CONTROL):
            yield MACS / tag / packet if tag else MACS / packet
    yield Dot3(dst="01:80:c2:00:00:00", src="02:00:00:00:00:01") / LLC() / STP()
    yield Dot3(dst="02:00:00:00:00:02") / LLC() / SNAP(code=0x806) / ARP()
    segment = FOUR / TCP(sport=1, dport=2) / Raw(bytes(900))
    yield from (MACS / part for part in fragment(segment, 400))


def in_fragments():
    """(frames, message, or data packet) of one each; of the last a fragment is lost"""
    large = made.map_reply(5, *[made.record("10.%d.0.0/16" % n, "192.0.2.1") for n in range(60)])
    replies = UDP(sport=made.CONTROL, dport=made.CONTROL) / Raw(large)
    yield [MACS / part for part in fragment(IP(src="192.0.2.3", dst="192.0.2.4", id=1) / replies,
                                            504)]
    yield [MACS / Dot1Q(vlan=9) / part for part in
           reversed(fragment6(SIX / IPv6ExtHdrFragment(id=2) / replies, 600))]
    yield [MACS / part for part in fragment(IP(src="192.0.2.3", dst="192.0.2.4", id=3) /
                                            data_packet(), 504)]


def mixed(directory):
    """The capture, how many frames are of TCP to LISP's ports, and how many of anything else."""
    generated = os.path.join(directory, "lisp.pcap")
    subprocess.run([sys.executable, os.path.join(HERE, "../traffic/make_lisp_pcap.py"), "-n",
                    str(LISP), "--mix", "all", "--vlan-fraction", "0.3", "--nanosecond", "-o",
                    generated], check=True)
    lisp = [frame for _, _, frame in made.read_capture(generated)]
    lisp.append(raw(Dot3(dst="02:00:00:00:00:02") / LLC() / SNAP(code=0x800) / FOUR / CONTROL))
    lisp += [raw(frame) for frames in in_fragments() for frame in frames]
    tcp, others = [[raw(frame) for frame in part()] for part in (tcp_to_lisp, other)]
    among = tcp + others
    frames = []
    for place, frame in enumerate(lisp):
        frames.append(frame)
        if place % 5 == 4 and among:
            frames.append(among.pop())
    assert not among
    path = os.path.join(directory, "mixed.pcap")
    wrpcap(path, [Raw(frame) for frame in frames], linktype=1)
    return path, len(frames), len(tcp), len(others)


def counted(*args):
    result = subprocess.run([os.path.join(BIN, "lisp-decode"), "--count", *args], check=True,
                            capture_output=True, text=True, timeout=PATIENCE)
    return {name: int(number) for name, number in map(str.split, result.stdout.splitlines())}


def data_packets_by_tshark(path):
    """Those that are in no ICMP error."""
    result = subprocess.run(["tshark", "-n", "-r", path, "-Y", "lisp-data", "-T", "fields", "-e",
                             "frame.protocols"], check=True, capture_output=True, text=True,
                            timeout=PATIENCE)
    outermost = [re.sub(":lisp-data.*", "", protocols) for protocols in result.stdout.split()]
    return sum("icmp" not in protocols for protocols in outermost)


class Mixed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="lisp-mixed-")
        cls.addClassCleanup(shutil.rmtree, cls.directory)
        cls.capture, cls.frames, cls.tcp, cls.others = mixed(cls.directory)

    def test_types_are_those_of_tshark(self):
        result = subprocess.run([os.path.join(HERE, "tshark_counts.sh"), BIN, self.capture],
                                check=False, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(result.returncode, 0, result.stdout)
        told = int(re.search(r"(\d+) messages, the same", result.stdout).group(1))
        self.assertGreater(told, LISP * 4 // 5)

    def test_data_packets_are_those_of_tshark(self):
        self.assertEqual(counted("-r", self.capture)["data"], data_packets_by_tshark(self.capture))

    def test_all_else_is_passed_over_and_counted(self):
        counts = collections.Counter(counted("-r", self.capture))
        fragments = sum(len(frames) - 1 for frames in in_fragments())
        input_keys = ("frames", "tcp", "other", "fragments-dropped", "unmatched")
        self.assertEqual([counts[key] for key in input_keys],
                         [self.frames, self.tcp, self.others, 0, 0])
        messages = sum(count for key, count in counts.items() if key not in input_keys)
        self.assertEqual(messages, self.frames - fragments - self.tcp - self.others)
        self.assertEqual(messages, LISP + 4)

    def test_a_filter_for_tcp_finds_no_lisp(self):
        counts = counted("-r", self.capture, "tcp")
        self.assertEqual(counts, {"frames": self.frames, "tcp": self.tcp, "other": self.others,
                                  "unmatched": LISP + 4})


if __name__ == "__main__":
    for tool in ("tshark", "jq"):
        if not shutil.which(tool):
            print("skipped: no", tool)
            sys.exit(77)
    unittest.main()
