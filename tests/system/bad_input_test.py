#!/usr/bin/env python3
"""What lisp-decode says of input that is not as it should be, to the letter, and with which status;
and of output that nobody can take.

usage: bad_input_test.py BINDIR
"""

import gzip
import os
import subprocess
import unittest

import packets as made
from decoding import DECODE, PATIENCE, Reader, Scratch, decoded, nonces, run

XTR, SERVER = "192.0.2.1", "198.51.100.1"
NOBODY = 65534
HEADER = 24  # octets of a capture, then of a frame
FRAME = 16


def message(nonce):
    reply = made.map_reply(nonce, made.record("10.1.0.0/16", XTR), made.record("10.2.0.0/16", XTR))
    return made.udp(SERVER, XTR, reply)


def messages(count):
    return [(n, message(n)) for n in range(1, count + 1)]


class BadInput(Scratch):
    def assert_says(self, result, status, *complaints):
        self.assertEqual(result.stderr.decode(),
                         "".join("lisp-decode: %s\n" % one for one in complaints))
        self.assertEqual(result.returncode, status)

    def assert_fails(self, path, complaint, before=0):
        """One line, one status, and all that was before."""
        result = run("--time", "none", "-r", path)
        self.assert_says(result, 1, complaint)
        self.assertEqual(result.stdout.count(b"map-reply, nonce"), before)


class Files(BadInput):
    def test_captures_that_end_too_soon(self):
        whole = made.pcap(messages(3))
        size = len(message(3))
        short = "truncated dump file; tried to read %d %s bytes, only got %d"
        for cut, words in ((1, (size, "captured", size - 1)), (size, (size, "captured", 0)),
                           (size + 1, (FRAME, "header", FRAME - 1))):
            path = self.put("cut.pcap", whole[:-cut])
            self.assert_fails(path, "%s: after frame 2: %s" % (path, short % words), before=2)
        # libpcap reads the first 4 by themselves.
        path = self.put("cut.pcap", whole[:HEADER - 1])
        self.assert_fails(path, "%s: %s" % (path, short % (HEADER, "file header", HEADER - 5)))
        path = self.put("cut.pcap", b"")
        self.assert_fails(path, "%s: %s" % (path, short % (4, "file header", 0)))

    def test_also_where_they_are_compressed_or_pcapng(self):
        packed = gzip.compress(made.pcap(messages(3)), mtime=0)
        path = self.put("cut.pcap.gz", packed[:-4])
        self.assert_fails(path, path + ": after frame 3: gzip data ends too soon", before=3)
        path = self.put("broken.pcap.gz", packed[:-6] + bytes(6))
        self.assert_fails(path, path + ": after frame 3: gzip data is broken: incorrect data check",
                          before=3)
        path = self.put("cut.pcapng", made.pcapng(messages(3))[:-4])
        result = run("-r", path)
        self.assertEqual((result.returncode, result.stdout.count(b"\n"),
                          result.stderr.count(b"\n")), (1, 2, 1))
        self.assertIn(b"after frame 2: ", result.stderr)

    def test_from_standard_input(self):
        result = run("-", input=made.pcap(messages(2))[:-1])
        self.assert_says(result, 1, "standard input: after frame 1: truncated dump file; tried to "
                         "read %d captured bytes, only got %d" % (len(message(2)),
                                                                  len(message(2)) - 1))
        self.assertEqual(result.stdout.count(b"\n"), 1)

    def test_packets_cut_when_captured(self):
        """28 octets of headers, 12 to the nonce, 16 and 12 of a record and its locator."""
        whole = message(1)
        self.assertEqual(len(whole), 28 + 12 + 2 * 28)
        for kept, records, offset, field in ((28 + 12 + 28, 1, 40, "record ttl"),
                                             (28 + 12 + 28 + 16, 2, 56, "locator priority"),
                                             (28 + 12, 0, 12, "record ttl")):
            octets = bytearray(made.pcap([(1, whole[:kept]), (2, message(2))]))
            octets[HEADER + 12:HEADER + 16] = len(whole).to_bytes(4, "little")
            first, second = decoded("-r", self.put("snap.pcap", octets), status=1)
            self.assertEqual((first["nonce"], first["length"]), ("0x0000000000000001", 68))
            self.assertEqual(first["error"], {"reason": "truncated", "offset": offset,
                                              "field": field})
            self.assertEqual(first["warnings"], [{"reason": "cut when captured",
                                                  "field": "message"}])
            self.assertEqual(len(first["records"]), records)
            self.assertEqual(len(second["records"]), 2)
            self.assertNotIn("warnings", second)
            self.assertEqual(run("-r", self.path("snap.pcap")).stderr, b"")

    def test_a_message_sent_too_short_was_not_cut(self):
        short = made.udp(SERVER, XTR, made.map_reply(1, made.record("10.1.0.0/16", XTR))[:-3])
        only, = decoded("-r", self.put("short.pcap", made.pcap([(1, short)])), status=1)
        self.assertEqual(only["error"]["reason"], "truncated")
        self.assertNotIn("warnings", only)

    def test_no_captures(self):
        path = self.put("text.pcap", b"This is no capture, whatever its name is.\n")
        self.assert_fails(path, path + ": unknown file format")
        path = self.put("other.pcap", made.pcap(messages(1), link=105))
        self.assert_fails(path, path + ": link type 105 (IEEE802_11) is not supported")
        path = self.put("strange.pcap", made.pcap(messages(1), link=9999))
        self.assert_fails(path, path + ": link type 9999 is not supported")
        self.assert_fails(self.directory, self.directory +
                          ": error reading dump file: Is a directory")
        self.assert_fails(self.path("none"), self.path("none") + ": No such file or directory")

    def test_unreadable_ones(self):
        path = self.put("secret.pcap", made.pcap(messages(1)))
        os.chmod(self.directory, 0o755)
        os.chmod(path, 0)
        other = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        self.assert_says(run("-r", path, **other), 1, path + ": Permission denied")

    def test_others_are_read_all_the_same(self):
        good = self.put("good.pcap", made.pcap(messages(2)))
        bad = self.put("bad.pcap", b"bad")
        result = run("-F", "json", "-r", self.path("none"), "-r", good, "-r", bad, "-r", good)
        self.assertEqual(result.stdout.count(b"\n"), 4)
        self.assert_says(result, 1, self.path("none") + ": No such file or directory",
                         bad + ": truncated dump file; tried to read 4 file header bytes, "
                         "only got 3")

    def test_filters(self):
        path = self.put("good.pcap", made.pcap(messages(1)))
        result = run("-r", path, "udp prt 4342")
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertEqual(result.stderr.decode(),
                         "lisp-decode: filter: can't parse filter expression: syntax error\n"
                         "try 'lisp-decode --help'\n")
        result = run("-r", path, "vlan 5000")
        self.assertEqual((result.returncode, result.stdout), (2, b""))
        self.assertTrue(result.stderr.startswith(b"lisp-decode: filter: "), result.stderr)

    def test_interfaces(self):
        result = run("-i", "nowhere0")
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertRegex(result.stderr, rb"^lisp-decode: nowhere0: [^\n]+\n$")


class Output(BadInput):
    def setUp(self):
        super().setUp()
        self.long = self.put("long.pcap", made.pcap(messages(6000)))

    def test_readers_that_stop_early(self):
        for args in ((), ("-F", "json"), ("-F", "text"), ("-l",), ("--pair",), ("-w", "-"),
                     ("-x", "-F", "v102")):
            reader = Reader(*args, "-r", self.long)
            os.read(reader.process.stdout.fileno(), 1)
            reader.process.stdout.close()
            reader.process.stdout = None
            self.assertEqual(reader.end(), (0, None, ""), args)

    def test_readers_that_were_never_there(self):
        for args in (("--stats",), ("--count",), ("-c", "1")):
            reading, writing = os.pipe()
            os.close(reading)
            with subprocess.Popen([DECODE, *args, "-r", self.long], stdout=writing,
                                  stderr=subprocess.PIPE) as process:
                os.close(writing)
                _, errors = process.communicate(timeout=PATIENCE)
            self.assertEqual((process.returncode, errors), (0, b""), args)

    @unittest.skipUnless(os.path.exists("/dev/full"), "no full disk")
    def test_full_disks(self):
        few = self.put("few.pcap", made.pcap(messages(3)))
        for path in (few, self.long):
            result = run("-r", path, "-w", "/dev/full")
            self.assert_says(result, 1, "/dev/full: No space left on device")
            for args in ((), ("-l",), ("-F", "json"), ("--stats",), ("--count",), ("--pair",),
                         ("-w", "-")):
                with open("/dev/full", "wb") as full:
                    result = subprocess.run([DECODE, *args, "-r", path], stdout=full, check=False,
                                            stderr=subprocess.PIPE, timeout=PATIENCE)
                self.assertEqual((result.returncode, result.stderr),
                                 (1, b"lisp-decode: standard output: No space left on device\n"),
                                 args)

    def test_places_where_nothing_can_be_written(self):
        for place, why in ((self.path("none/out.pcap"), "No such file or directory"),
                           (self.directory, "Is a directory")):
            self.assert_says(run("-r", self.long, "-w", place), 1, "%s: %s" % (place, why))

    def test_captures_of_another_link_type_are_not_written(self):
        ether = self.put("ether.pcap", made.pcap([(1, bytes(12) + b"\x08\0" + message(7))], link=1))
        few = self.put("few.pcap", made.pcap(messages(2)))
        out = self.path("out.pcap")
        result = run("-r", few, "-r", ether, "-w", out)
        self.assert_says(result, 1, "%s: not written to %s, its link type is not that of %s" %
                         (ether, out, few))
        self.assertEqual(nonces(decoded("-r", out)), [1, 2])


if __name__ == "__main__":
    unittest.main()
