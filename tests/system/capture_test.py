#!/usr/bin/env python3
"""lisp-decode on captures of every kind, made with scapy.

usage: capture_test.py BINDIR

Status 77, which ctest shows as skipped, where scapy is missing. What listens on an interface runs
where this user may make a network namespace.
"""

import gzip
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

logging.getLogger("scapy").setLevel(logging.CRITICAL)
try:
    from scapy.all import (Dot1AD, Dot1Q, Ether, ICMP, IP, IPv6, IPv6ExtHdrDestOpt, IPOption_NOP,
                           IPv6ExtHdrFragment, PPPoE, Raw, TCP, UDP, fragment, fragment6,
                           raw, wrpcap)
except ImportError:
    print("skipped: no scapy")
    sys.exit(77)

BIN = os.path.abspath(sys.argv.pop(1))
DECODE = os.path.join(BIN, "lisp-decode")
PATIENCE = 60  # seconds
LINK_NULL, LINK_ETHERNET, LINK_PPP, LINK_PPP_HDLC, LINK_RAW, LINK_SLL, LINK_SLL2 = \
    0, 1, 9, 50, 101, 113, 276


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


def run(*args, **options):
    return subprocess.run([DECODE, *args], capture_output=True, timeout=PATIENCE, **options)


def decoded(*args, status=0, **options):
    """The objects that lisp-decode prints."""
    result = run("-F", "json", *args, **options)
    assert result.returncode == status, result
    return [json.loads(line) for line in result.stdout.splitlines()]


def nonces(messages):
    return [int(one["nonce"], 16) for one in messages]


def seen_by_tcpdump(path):
    result = subprocess.run(["tcpdump", "--count", "-r", path], capture_output=True,
                            timeout=PATIENCE)
    assert result.returncode == 0, result
    return int(result.stdout.split()[0])


class Captures(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lisp-capture-")
        self.addCleanup(shutil.rmtree, self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def write(self, name, packets, link=LINK_ETHERNET):
        """Octets as they are, so that scapy adds nothing."""
        wrpcap(self.path(name), [Raw(raw(packet)) for packet in packets], linktype=link)
        return self.path(name)

    def assert_whole(self, messages):
        for one in messages:
            self.assertEqual(one["type"], "map-register", one)
            self.assertNotIn("error", one)
            self.assertNotIn("warnings", one)


ETHER = Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02")


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

    def test_of_other_links(self):
        sll = bytes.fromhex("00000001000602000000000100000800")
        sll2 = bytes.fromhex("0800000000000002000100060200000000010000")
        for link, header in [(LINK_SLL, sll), (LINK_SLL2, sll2), (LINK_RAW, b""),
                             (LINK_NULL, bytes.fromhex("02000000")),
                             (LINK_PPP, bytes.fromhex("0021")), (LINK_PPP, bytes.fromhex("21")),
                             (LINK_PPP, bytes.fromhex("ff030021")),
                             (LINK_PPP_HDLC, bytes.fromhex("ff030021"))]:
            with self.subTest(link=link, header=header.hex()):
                parts = fragment(message(2, records=30), fragsize=200)
                path = self.write("link.pcap", [header + raw(one) for one in [message(1), *parts]],
                                  link)
                messages = decoded("-r", path)
                self.assertEqual(nonces(messages), [1, 2])
                self.assert_whole(messages)

    def test_found_by_a_filter(self):
        path = self.write("all.pcap", self.ethernet())
        for port in (1, 2, 3, 4, 7):
            self.assertEqual(nonces(decoded("-r", path, "udp src port %d" % (40000 + port))), [port])
        self.assertEqual(nonces(decoded("-r", path, "vlan")), [2, 3, 6])
        self.assertEqual(nonces(decoded("-r", path, "pppoes and udp port 4342")), [5])

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


class Reader:
    """lisp-decode at work, and its lines."""

    def __init__(self, *args):
        self.process = subprocess.Popen([DECODE, "-F", "json", *args], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()

    def message(self):
        return json.loads(self.process.stdout.readline())

    def end(self, number):
        """Its status, and what it had still to say, after a signal."""
        self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=PATIENCE)
        self._watchdog.cancel()
        return self.process.returncode, rest, errors


class Growing(Captures):
    def test_followed_from_file_to_file(self):
        path = self.path("growing.pcap")
        with open(self.write("two.pcap", [ETHER / message(1), ETHER / message(2)]), "rb") as file:
            octets = file.read()
        self.write("next.pcap", [ETHER / message(3)])
        reader = Reader("--follow", "-r", path)
        with open(path, "wb", buffering=0) as file:
            file.write(octets[:-30])
            self.assertEqual(nonces([reader.message()]), [1])
            file.write(octets[-30:])
            self.assertEqual(nonces([reader.message()]), [2])
        os.rename(self.path("next.pcap"), path)
        self.assertEqual(nonces([reader.message()]), [3])
        self.assertEqual(reader.end(signal.SIGINT), (130, "", ""))


class Live(Captures):
    """Runs itself again in a network namespace of its own."""

    INSIDE = "LISP_TEST_NAMESPACE"

    @unittest.skipIf(INSIDE in os.environ, "there")
    @unittest.skipIf(os.geteuid() != 0, "not root")
    def test_in_a_namespace(self):
        if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
            self.skipTest("no network namespace to be had")
        result = subprocess.run(["unshare", "-n", sys.executable, __file__, BIN, "Live"],
                                env={**os.environ, self.INSIDE: "1"}, capture_output=True,
                                timeout=2 * PATIENCE, text=True)
        self.assertEqual(result.returncode, 0, result.stderr)

    @unittest.skipUnless(INSIDE in os.environ, "starts itself in a namespace")
    def test_messages_as_they_pass(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        reader = Reader("-i", "lo")
        first = self.knock_until_heard(reader)
        self.assertEqual(first["type"], "map-register")
        with open("/proc/%d/status" % reader.process.pid, encoding="ascii") as file:
            users = [line.split()[1:] for line in file if line.startswith("Uid:")][0]
        self.assertNotIn("0", users)
        status, _, errors = reader.end(signal.SIGINT)
        self.assertEqual((status, errors), (130, ""))

    def knock_until_heard(self, reader):
        """Nothing tells from outside when the interface is open."""
        heard = threading.Event()

        def knock():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                while not heard.wait(0.05):
                    sender.sendto(map_register(1), ("127.0.0.1", 4342))

        knocking = threading.Thread(target=knock)
        knocking.start()
        try:
            return reader.message()
        finally:
            heard.set()
            knocking.join()


if __name__ == "__main__":
    unittest.main()
