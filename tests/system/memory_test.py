#!/usr/bin/env python3
"""What remembers, remembers so much and no more: --stats and --pair on traffic in which everything
is new. Memory is looked at when the tables must be full, and does not grow from there on.

usage: memory_test.py BINDIR

Status 77, which ctest shows as skipped, where there is no /proc as Linux has it.
"""

import os
import re
import struct
import subprocess
import sys
import unittest

import packets as made
from decoding import DECODE, Reader, Scratch

MIB = 1024  # KiB
# The limits, from the manual page.
TRANSACTIONS = 65536
EIDS = 65536
ROOM = {"--stats": 48 * MIB, "--pair": 64 * MIB, "json": 128 * MIB}
TOLERANCE = 6 * MIB  # of heaps that fill their gaps; what is tried needs twice as much or more
# A number and its complement, so that no checksum changes with the number.
NUMBER = struct.pack("!I", 0) + struct.pack("!I", 0xffffffff)
HOST = "2001:db8:%x::ffff:ffff"
IN_A_REPLY = 50  # records
CHUNK = 2000  # packets
MORE = 20_000  # packets


def sanitized():
    with open(DECODE, "rb") as program:
        return b"__asan_init" in program.read()


def number(template, n):
    assert NUMBER in template
    return template.replace(NUMBER, struct.pack("!II", n, n ^ 0xffffffff))


def frame(octets):
    return struct.pack("<IIII", 0, 0, len(octets), len(octets)) + octets


def frames(template, first, last):
    """With every NUMBER in a packet replaced; some at a time."""
    for start in range(first, last, CHUNK):
        yield b"".join(frame(number(template, n)) for n in range(start, min(start + CHUNK, last)))


def probe():
    """From a new host to a new RLOC for a new EID, with a new nonce."""
    nonce = int.from_bytes(NUMBER, "big")
    return made.udp(HOST % 1, HOST % 2, made.map_request(nonce, HOST % 3 + "/128", HOST % 4,
                                                         made.PROBE))


def large_request():
    head = struct.pack("!I", 1 << 28 | 31 << 8 | 1) + NUMBER + made.address(HOST % 1)
    return made.udp(HOST % 1, HOST % 2, head + made.address(HOST % 4) * 32 + bytes([0, 128]) +
                    made.address(HOST % 3))


def replies(first, last):
    """Map-Replies of which every EID and every RLOC is new."""
    record = made.record(HOST % 5 + "/128", HOST % 6)
    whole = made.udp(HOST % 1, HOST % 2, made.map_reply(1, *[record] * IN_A_REPLY))
    head = whole[:-len(record) * IN_A_REPLY]
    for start in range(first, last, IN_A_REPLY):
        yield frame(head + b"".join(number(record, start + n) for n in range(IN_A_REPLY)))


class Memory(Scratch):
    def decode(self, *args):
        """It takes what is written into the FIFOs, one after the other."""
        self.fifos = [self.fifo("%d.pcap" % n) for n in range(3)]
        inputs = [word for fifo in self.fifos for word in ("-r", fifo)]
        options = "quarantine_size_mb=0:" + os.environ.get("ASAN_OPTIONS", "")
        reader = Reader(*args, *inputs, stdout=subprocess.DEVNULL,
                        env={**os.environ, "ASAN_OPTIONS": options})
        self.addCleanup(reader.stop)
        return reader

    def peak(self, reader):
        """KiB"""
        with open("/proc/%d/status" % reader.process.pid, encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s*(\d+) kB", status.read()).group(1))

    def assert_flat(self, reader, full, more, room):
        """full: what fills every table; more: what there is no more room for."""
        peaks = []
        for fifo, pieces in zip(self.fifos, (full, more, ())):
            with open(fifo, "wb") as capture:
                peaks.append(self.peak(reader))
                capture.write(made.pcap([]))
                capture.writelines(pieces)
        _, before, after = peaks
        self.assertLess(after - before, TOLERANCE)
        if not sanitized():
            self.assertLess(after, room)

    def test_pairs(self):
        reader = self.decode("--pair")
        full = TRANSACTIONS + 1000
        self.assert_flat(reader, frames(probe(), 0, full),
                         frames(probe(), full, full + MORE), ROOM["--pair"])
        given_up = full + MORE - TRANSACTIONS
        self.assertEqual(reader.complaint(), "lisp-decode: %d transactions were given up before "
                         "their time: too many were open\n" % given_up)

    def test_pairs_with_their_requests(self):
        reader = self.decode("--pair", "-F", "json", "-x")
        self.assert_flat(reader, frames(large_request(), 0, 13_000),
                         frames(large_request(), 13_000, 18_000), ROOM["json"])
        self.assertRegex(reader.complaint(),
                         r"^lisp-decode: \d+ requests are not shown: too many were open$")

    def test_statistics(self):
        reader = self.decode("--stats")
        # More than it has transactions or pairs, and than it has EIDs.
        self.assert_flat(reader, [*frames(probe(), 0, 17_000), *replies(0, EIDS + 1000)],
                         [*frames(probe(), 17_000, 20_000), *replies(100_000, 160_000)],
                         ROOM["--stats"])

    def test_the_page_says_so(self):
        page = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                            "../../man/lisp-decode.1")
        with open(page, encoding="utf-8") as file:
            text = " ".join(file.read().split())
        for number in ("less than %d MiB" % (room // MIB) for room in ROOM.values()):
            self.assertIn(number, text)


if __name__ == "__main__":
    if not os.path.exists("/proc/self/status"):
        print("skipped: no /proc of Linux")
        sys.exit(77)
    unittest.main()
