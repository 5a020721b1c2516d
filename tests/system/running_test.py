#!/usr/bin/env python3
"""lisp-decode while it runs: a file that grows, an interface, a pipe that is not at its end, and
what an interrupt leaves.

usage: running_test.py BINDIR

What listens on an interface runs where this user may make a network namespace.
"""

import json
import os
import pwd
import select
import signal
import socket
import subprocess
import sys
import threading
import unittest

import packets as made
from decoding import BIN, PATIENCE, Reader, Scratch, run

XTR, SERVER = "192.0.2.1", "198.51.100.1"
HEADER = 24  # octets of a capture


def request(nonce):
    return made.udp(XTR, SERVER, made.map_request(nonce, "10.%d.0.0/16" % nonce, XTR))


def reply(nonce):
    return made.udp(SERVER, XTR, made.map_reply(nonce, made.record("10.%d.0.0/16" % nonce, XTR)))


def capture(*packets):
    return made.pcap([(n * 10, octets) for n, octets in enumerate(packets)])


def frames(*packets):
    """What goes on in a capture that has begun."""
    return capture(*packets)[HEADER:]


def nonce_of(line):
    return int(json.loads(line)["nonce"], 16)


class Growing(Scratch):
    def setUp(self):
        super().setUp()
        self.growing = self.path("growing.pcap")

    def append(self, octets):
        with open(self.growing, "ab") as file:
            file.write(octets)

    def follow(self, *args):
        reader = Reader("--follow", "-F", "json", "-r", self.growing, *args)
        self.addCleanup(reader.stop)
        return reader

    def assert_seen(self, reader, *numbers):
        self.assertEqual([nonce_of(reader.line()) for _ in numbers], list(numbers))

    def test_a_file_that_is_not_there_yet(self):
        reader = self.follow()
        self.assertEqual(reader.complaint(),
                         "lisp-decode: %s: not there yet, waiting for it\n" % self.growing)
        self.append(capture(request(1)))
        self.assert_seen(reader, 1)
        self.assertEqual(reader.interrupt(), (130, "", ""))

    def test_what_is_appended_in_any_pieces(self):
        octets = capture(request(1), request(2))
        self.append(octets[:3])
        reader = self.follow()
        self.append(octets[3:-30])
        self.assert_seen(reader, 1)
        self.append(octets[-30:])
        self.assert_seen(reader, 2)
        self.append(frames(request(3), request(4)))
        self.assert_seen(reader, 3, 4)
        self.assertEqual(reader.interrupt(), (130, "", ""))

    def test_rotation(self):
        """As of newsyslog and logrotate: moved away, and made again after a while, and again."""
        self.append(capture(request(1)))
        reader = self.follow()
        self.assert_seen(reader, 1)
        os.rename(self.growing, self.path("growing.pcap.0"))
        with open(self.path("growing.pcap.0"), "ab") as late:
            late.write(frames(request(2)))
        self.assert_seen(reader, 2)
        self.append(capture(request(3)))
        self.assert_seen(reader, 3)
        os.rename(self.put("fresh.pcap", capture(request(4), request(5))), self.growing)
        self.assert_seen(reader, 4, 5)
        self.assertEqual(reader.interrupt(), (130, "", ""))

    def test_truncation(self):
        self.append(capture(request(1), request(2), request(3)))
        reader = self.follow()
        self.assert_seen(reader, 1, 2, 3)
        self.put("growing.pcap", capture(request(4)))
        self.assert_seen(reader, 4)
        self.append(frames(request(5)))
        self.assert_seen(reader, 5)
        self.assertEqual(reader.interrupt(), (130, "", ""))

    def test_a_filter_and_criteria_hold_in_every_file(self):
        self.append(capture(request(1), reply(1)))
        reader = self.follow("--nonce", "1", "--nonce", "4", "src host " + SERVER)
        self.assert_seen(reader, 1)
        os.rename(self.put("fresh.pcap", capture(request(4), reply(3), reply(4))), self.growing)
        self.assert_seen(reader, 4)
        self.assertEqual(reader.interrupt(), (130, "", ""))

    def test_what_takes_its_place_may_be_no_capture(self):
        self.append(capture(request(1)))
        reader = self.follow()
        self.assert_seen(reader, 1)
        os.rename(self.put("fresh.pcap", b"no capture at all, but long enough"), self.growing)
        self.assertEqual(reader.end(),
                         (1, "", "lisp-decode: %s: unknown file format\n" % self.growing))


class Pipe(Scratch):
    """Standard input that goes on."""

    def decode(self, *args):
        reader = Reader(*args, "-", stdin=subprocess.PIPE)
        self.addCleanup(reader.stop)
        return reader

    def written(self, reader):
        return bool(select.select([reader.process.stdout], [], [], 0)[0])

    def test_line_buffered(self):
        reader = self.decode("-l", "-F", "json")
        reader.give(capture(request(1)))
        self.assertEqual(nonce_of(reader.line()), 1)
        reader.give(frames(request(2)))
        self.assertEqual(nonce_of(reader.line()), 2)

    def decode_and_wait(self, octets, *args):
        """lisp-decode with all of the octets taken, and the FIFO that it reads next."""
        fifo = self.fifo("rest-%d.pcap" % len(os.listdir(self.directory)))
        reader = Reader(*args, "-r", self.put("begin.pcap", octets), "-r", fifo)
        self.addCleanup(reader.stop)
        rest = open(fifo, "wb")
        self.addCleanup(rest.close)
        return reader, rest

    def test_otherwise_not(self):
        reader, rest = self.decode_and_wait(capture(request(1)), "-F", "json")
        self.assertFalse(self.written(reader))
        rest.write(capture())
        rest.close()
        self.assertEqual(nonce_of(reader.line()), 1)

    def test_enough_is_enough(self):
        """With -c the end of the input need not come."""
        for args, lines in ((("-c", "2"), 2), (("-c", "2", "--count"), 2), (("-c", "3"), 3)):
            reader = self.decode(*args)
            reader.give(capture(*[request(n) for n in range(1, 6)]))
            # Its standard input stays open, so that only -c can make it end.
            self.assertEqual(reader.process.wait(PATIENCE), 0)
            self.assertEqual(len(reader.process.stdout.readlines()), lines)

    def test_pairs_at_an_interrupt(self):
        for number, status in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            for form in ("line", "json"):
                reader = self.decode("--pair", "-l", "-F", form)
                reader.give(capture(request(1), request(2), reply(2)))
                self.assertRegex(reader.line(), "answered")
                ended, rest, errors = reader.end(number)
                self.assertEqual((ended, errors), (status, ""))
                self.assertRegex(rest, r"^[^\n]*0x0000000000000001[^\n]*unanswered[^\n]*\n$")

    def test_sums_at_an_interrupt(self):
        for args in (("--stats",), ("--count",), ("--count", "--check"), ()):
            reader, _ = self.decode_and_wait(capture(request(1), reply(1), request(2)),
                                             "-F", "json", *args)
            self.assertFalse(self.written(reader))
            status, rest, errors = reader.interrupt()
            self.assertEqual((status, errors), (130, ""))
            shown = [json.loads(line) for line in rest.splitlines()]
            if args == ("--stats",):
                self.assertEqual([(one["messages"], one["eids"]["requested"]) for one in shown],
                                 [(3, 2)])
            elif args == ("--count",):
                self.assertEqual(shown, [{"map-request": 2, "map-reply": 1, "frames": 3}])
            elif not args:
                self.assertEqual(len(shown), 3)

    def test_an_interrupt_amid_much_input(self):
        reader = self.decode("--count", "-F", "json")
        pieces = frames(*[request(n) for n in range(1, 101)])
        reader.give(capture(request(1)))
        while self.give_or_none(reader, pieces) and reader.process.poll() is None:
            self.fed += 1
            if self.fed == 300:  # 2 MiB, of which a pipe holds a small part
                reader.process.send_signal(signal.SIGINT)
        status, rest, errors = reader.end()
        self.assertEqual((status, errors), (130, ""))
        self.assertGreater(json.loads(rest)["map-request"], 20_000)

    fed = 0

    def give_or_none(self, reader, octets):
        try:
            reader.give(octets)
        except BrokenPipeError:
            return False
        return True


class Live(Scratch):
    """Runs itself again in a network namespace of its own."""

    INSIDE = "LISP_TEST_NAMESPACE"

    @unittest.skipIf(INSIDE in os.environ, "there")
    @unittest.skipIf(os.geteuid() != 0, "not root")
    def test_in_a_namespace(self):
        if subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode:
            self.skipTest("no network namespace to be had")
        result = subprocess.run(["unshare", "-n", sys.executable, __file__, BIN, "Live"],
                                env={**os.environ, self.INSIDE: "1"}, capture_output=True,
                                timeout=2 * PATIENCE, text=True, check=False)
        self.assertEqual(result.returncode, 0, result.stderr)

    def status_of(self, reader):
        with open("/proc/%d/status" % reader.process.pid, encoding="ascii") as file:
            lines = (line.split() for line in file)
            return {line[0]: line[1:] for line in lines if line}

    @unittest.skipUnless(INSIDE in os.environ, "starts itself in a namespace")
    def test_messages_as_they_pass(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for args, user in (((), "nobody"), (("--user", "daemon"), "daemon")):
            reader = Reader("-i", "lo", "-F", "json", *args)
            self.addCleanup(reader.stop)
            self.assertEqual(nonce_of(self.knock_until_heard(reader)), 1)
            account, status = pwd.getpwnam(user), self.status_of(reader)
            self.assertEqual(status["Uid:"], [str(account.pw_uid)] * 4)
            self.assertEqual(status["Gid:"], [str(account.pw_gid)] * 4)
            self.assertNotIn("0", status["Groups:"])
            self.assertEqual(status["CapEff:"], ["0" * 16])
            self.assertEqual(status["NoNewPrivs:"], ["1"])
            ended, _, errors = reader.interrupt()
            self.assertEqual((ended, errors), (130, ""))
        result = run("-i", "lo", "--user", "no-such-user")
        self.assertEqual((result.returncode, result.stdout), (1, b""))
        self.assertIn(b"lisp-decode: user 'no-such-user': ", result.stderr)

    @unittest.skipUnless(INSIDE in os.environ, "starts itself in a namespace")
    def test_enough_of_them(self):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        reader = Reader("-i", "lo", "-c", "1", "udp port 4342")
        self.addCleanup(reader.stop)
        self.assertIn("map-request", self.knock_until_heard(reader))
        self.assertEqual(reader.end(), (0, "", ""))

    def knock_until_heard(self, reader):
        """Nothing tells from outside when the interface is open."""
        heard = threading.Event()

        def knock():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                while not heard.wait(0.05):
                    sender.sendto(made.map_request(1, "10.1.0.0/16", XTR), ("127.0.0.1", 4342))

        knocking = threading.Thread(target=knock)
        knocking.start()
        try:
            return reader.line()
        finally:
            heard.set()
            knocking.join()


if __name__ == "__main__":
    unittest.main()
