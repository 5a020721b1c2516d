#!/usr/bin/env python3
"""Every example of lisp-decode(1), as a reader of the page would type it: the commands are taken
from the page as mandoc shows it, and run beside captures whose contents are known.

usage: examples_test.py BINDIR

Status 77, which ctest shows as skipped, where a program is missing that the examples use.
"""

import collections
import gzip
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

import packets as made

BIN = os.path.abspath(sys.argv.pop(1))
TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PCAPS = os.path.join(TESTS, "..", "pcaps")
PAGE = os.path.join(TESTS, "..", "man", "lisp-decode.1")
PATIENCE = 60  # seconds
TOOLS = ("mandoc", "jq", "tshark", "tcpdump")
XTR, OTHER_XTR = "192.0.2.1", "192.0.2.9"
SERVERS = ("198.51.100.1", "198.51.100.2", "198.51.100.3")
TESTED = []  # what the examples ask


def examples_of(page):
    """{what is asked: script}: lines after "$ " or "# ", with those after "> " that continue them,
    for each paragraph of EXAMPLES."""
    shown = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=200", page], check=True,
                           capture_output=True, text=True).stdout
    shown = re.sub(".\b", "", shown)
    section = re.search(r"^EXAMPLES\n(.*?)^[A-Z]", shown, re.DOTALL | re.MULTILINE).group(1)
    found, question = {}, None
    for line in map(str.strip, section.splitlines()):
        if line.endswith(":"):
            question = line[:-1]
            found[question] = []
        elif line[:2] in ("$ ", "# ", "> "):
            found[question].append(line[2:])
        elif line:
            raise SystemExit(f"{page}: neither question nor command: {line}")
    return {question: "\n".join(lines) + "\n" for question, lines in found.items()}


def answers(question):
    """Of a test, which is given the example."""
    def wrap(test):
        TESTED.append(question)
        return lambda self: test(self, EXAMPLES[question])
    return wrap


def tshark(path, wanted, *fields):
    arguments = [part for field in fields for part in ("-e", field)]
    result = subprocess.run(["tshark", "-n", "-r", path, "-Y", wanted, "-T", "fields", *arguments],
                            check=True, capture_output=True, text=True, timeout=PATIENCE)
    return [line.split("\t") for line in result.stdout.splitlines()]


def ranked(names):
    """As sort | uniq -c | sort -rn has it."""
    lines = ["%7d %s" % (count, name) for name, count in collections.Counter(names).items()]
    return sorted(lines, key=lambda line: (int(line.split()[0]), line), reverse=True)


def tabbed(*rows):
    return ["\t".join(map(str, row)) for row in rows]


class Example(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lisp-examples-")
        self.addCleanup(shutil.rmtree, self.directory)
        os.chmod(self.directory, 0o777)  # tcpdump leaves root before it writes
        self.environment = {**os.environ, "PATH": BIN + ":" + os.environ["PATH"], "LC_ALL": "C",
                            "TZ": "UTC0"}

    def path(self, name):
        return os.path.join(self.directory, name)

    def copy(self, name, to):
        shutil.copy(os.path.join(PCAPS, name), self.path(to))

    def capture(self, name, packets):
        made.write_capture(self.path(name), packets)

    def run_example(self, script):
        """The lines that it prints."""
        result = subprocess.run(["sh", "-c", script], cwd=self.directory, env=self.environment,
                                capture_output=True, text=True, timeout=PATIENCE)
        complaints = [line for line in result.stderr.splitlines()
                      if not line.startswith("reading from file")]  # tcpdump
        self.assertEqual(complaints, [], script)
        return result.stdout.splitlines()


class Messages(Example):
    @answers("Everything about one EID, with the time between messages")
    def test_of_an_eid(self, script):
        request = made.map_request(7, "153.16.38.1/32", XTR)
        self.capture("site.pcap", [
            (1000, made.udp(XTR, SERVERS[0], request)),
            (1100, made.udp(XTR, SERVERS[0], made.map_request(8, "153.16.39.1/32", XTR))),
            (1250, made.udp(SERVERS[0], XTR,
                            made.map_reply(7, made.record("153.16.38.0/24", OTHER_XTR))))])
        lines = [line.split() for line in self.run_example(script)]
        self.assertEqual([line[:1] + line[4:5] for line in lines],
                         [["0.000000000", "map-request,"], ["0.250000000", "map-reply,"]])

    @answers("Messages in each second")
    def test_in_each_second(self, script):
        self.copy("opencp-xtr-exchanges.pcap", "site.pcap")
        seconds = [int(float(time)) for time, in
                   tshark(self.path("site.pcap"), "lisp", "frame.time_epoch")]
        expected = collections.Counter(seconds)
        self.assertGreater(len(expected), 3)
        self.assertEqual(
            self.run_example(script),
            ["%7d %s" % (expected[second], subprocess.run(
                ["date", "-u", "-d", "@%d" % second, "+%Y-%m-%dT%H:%M:%S"], check=True,
                capture_output=True, text=True).stdout.strip()) for second in sorted(expected)])

    @answers("Messages from another program's log")
    def test_from_a_log(self, script):
        shutil.copy(os.path.join(TESTS, "data", "map-register-2012-raw.txt"),
                    self.path("console.log"))
        with open(self.path("console.log"), "a", encoding="ascii") as log:
            log.write("12:00:01 received 30 octets\n0x%s\n" %
                      made.map_request(0x1122334455667788, "10.1.0.0/16", XTR).hex())
        self.assertEqual(self.run_example(script),
                         ['["map-register","0x59f066a12bab660c"]',
                          '["map-request","0x1122334455667788"]'])

    @answers("Who floods others with SMRs")
    def test_floods(self, script):
        subprocess.run([sys.executable, os.path.join(TESTS, "traffic", "make_lisp_pcap.py"),
                        "-n", "600", "--mix", "smr=2,mreq=1,probe=1", "--sites", "6", "-o",
                        self.path("site.pcap")], check=True)
        sources = tshark(self.path("site.pcap"), "lisp.mreq.flags.smr == 1", "ip.src", "ipv6.src")
        expected = ranked(four or six for four, six in sources)
        self.assertGreater(len(expected), 3)
        self.assertEqual(self.run_example(script), expected[:3])

    @answers("What became of the mappings between two captures")
    def test_mappings(self, script):
        def reply(*records):
            return 0, made.udp(SERVERS[0], XTR, made.map_reply(1, *records))
        stays, moves = made.record("10.1.0.0/16", OTHER_XTR), "2001:db8:1::/48"
        self.capture("before.pcap", [reply(stays), reply(made.record(moves, "192.0.2.7", XTR))])
        self.capture("after.pcap", [reply(made.record(moves, "192.0.2.7")), reply(stays, stays)])
        self.assertEqual(self.run_example(script),
                         ["2d1", "< " + "\t".join((moves, XTR, "2", "100"))])

    @answers("Messages of each type in every capture of a folder")
    def test_types_in_a_folder(self, script):
        numbers = {"map-request": "1", "map-reply": "2", "map-register": "3", "map-notify": "4",
                   "map-notify-ack": "5", "map-referral": "6", "encapsulated-control": "8"}
        names = ["opencp-mr-ddt.pcap", "opencp-xtr-exchanges.pcap", "opencp-xtr-register.pcap"]
        expected = set()
        for name in names:
            self.copy(name, name)
            counted = collections.Counter(
                types.split(",")[0] for types, in
                tshark(self.path(name), "lisp.type && !icmp && !icmpv6", "lisp.type"))
            expected |= {(name, kind, str(counted[number])) for kind, number in numbers.items()
                         if number in counted}
        rows = {tuple(line.split()) for line in self.run_example(script)}
        self.assertGreater(len(expected), 5)
        self.assertEqual({row for row in rows if row[1] in numbers}, expected)

    @answers("Map-Registers of a compressed capture, for another program")
    def test_written_for_another_program(self, script):
        with open(os.path.join(PCAPS, "opencp-ms-exchanges2.pcap"), "rb") as plain, \
                gzip.open(self.path("all.pcap.gz"), "wb") as packed:
            packed.write(plain.read())
        lines = self.run_example(script)
        wanted = "lisp.type == 3 && !lisp.type == 8 && !icmp && !icmpv6"
        of_all = tshark(self.path("all.pcap.gz"), wanted, "frame.time_epoch", "udp.payload",
                        "ip.fragment.count")
        self.assertGreater(len(of_all), 3)
        frames = sum(int(count or 1) for _, _, count in of_all)
        self.assertGreater(frames, len(of_all))
        self.assertEqual(len([line for line in lines if not line[:1].isspace()]), frames)
        self.assertEqual(tshark(self.path("registers.pcap"), "udp", "frame.time_epoch",
                                "udp.payload", "ip.fragment.count"), of_all)


class Transactions(Example):
    def register(self, time, server, nonce, answered_after=None):
        one = made.record("10.%d.0.0/16" % nonce, XTR)
        yield time, made.udp(XTR, server, made.map_register(nonce, one))
        if answered_after is not None:
            yield time + answered_after, made.udp(server, XTR, made.map_notify(nonce, one))

    def site(self):
        """Ten Map-Registers: of the four to the last server none is answered, of the three to the
        second one. The answers take 5, 40, 3 and 17 ms."""
        took = {SERVERS[0]: (5, 40, 3), SERVERS[1]: (None, 17, None), SERVERS[2]: (None,) * 4}
        nonce = 0
        for server, times in took.items():
            for time in times:
                nonce += 1
                yield from self.register(nonce * 1000, server, nonce, time)

    @answers("Map-servers that leave Map-Registers unanswered, and how many")
    def test_refusals(self, script):
        self.capture("site.pcap", self.site())
        self.assertEqual(self.run_example(script),
                         ["      4 " + SERVERS[2], "      2 " + SERVERS[1]])

    @answers("The slowest answers: microseconds, who was asked, and for what")
    def test_slowest(self, script):
        self.capture("site.pcap", self.site())
        self.assertEqual(self.run_example(script),
                         tabbed((40000, SERVERS[0], "10.2.0.0/16"),
                                (17000, SERVERS[1], "10.5.0.0/16"),
                                (5000, SERVERS[0], "10.1.0.0/16")))

    @answers("Every transaction that was not answered, in a capture of its own")
    def test_cut_out(self, script):
        again = list(self.register(20_000, SERVERS[2], 8))
        packets = list(self.site()) + again
        self.capture("site.pcap", packets)
        self.assertEqual(self.run_example(script), [])
        unanswered = (4, 6, 7, 8, 9, 10)
        self.assertEqual(sorted(os.listdir(self.directory)),
                         sorted(["site.pcap"] + ["0x%016x.pcap" % n for n in unanswered]))
        for nonce in unanswered:
            of_it = [(time // 1000, time % 1000 * 1_000_000, octets) for time, octets in packets
                     if octets[32:40] == nonce.to_bytes(8, "big")]
            self.assertEqual(len(of_it), 2 if nonce == 8 else 1)
            self.assertEqual(list(made.read_capture(self.path("0x%016x.pcap" % nonce))), of_it)


class Networks(Example):
    @answers("EID-prefixes that flap, and how often their locators changed")
    def test_flapping(self, script):
        rlocs = [XTR, OTHER_XTR]
        steady, flaps = "10.1.0.0/16", "10.2.0.0/16"
        packets = []
        for n in range(8):  # the second one's locators change each time, but for the first
            for nonce, eid, rloc in ((2 * n, steady, XTR), (2 * n + 1, flaps, rlocs[n % 2])):
                message = made.map_register(nonce + 1, made.record(eid, rloc))
                packets.append((n * 20_000, made.udp(XTR, SERVERS[0], message)))
        self.capture("site.pcap", packets)
        self.assertEqual(self.run_example(script), tabbed((flaps, 7)))

    @answers("RLOCs that lose probes: sent, lost, percent")
    def test_probes(self, script):
        """Of four probes one RLOC leaves one unanswered, the next three, the third none."""
        packets, nonce = [], 0
        for rloc, lost in zip(SERVERS, (1, 3, 0)):
            for n in range(4):
                nonce += 1
                probe = made.map_request(nonce, "10.1.0.0/16", XTR, made.PROBE)
                packets.append((nonce * 1000, made.udp(XTR, rloc, probe)))
                if n >= lost:
                    answer = made.map_reply(nonce, made.record("10.1.0.0/16", rloc, flags=7),
                                            probe=True)
                    packets.append((nonce * 1000 + 8, made.udp(rloc, XTR, answer)))
        self.capture("site.pcap", packets)
        self.assertEqual(self.run_example(script),
                         tabbed((SERVERS[1], 4, 3, 75), (SERVERS[0], 4, 1, 25)))

    @answers("What is registered with a wrong key, by whom, and how often")
    def test_wrong_keys(self, script):
        sent = ((b"key", OTHER_XTR, "10.1.0.0/16"), (b"kay", XTR, "10.2.0.0/16"),
                (b"key", XTR, "10.2.0.0/16"), (b"", XTR, "10.2.0.0/16"),
                (b"kay", OTHER_XTR, "2001:db8:3::/48"), (b"else", OTHER_XTR, "10.4.0.0/16"))
        self.capture("site.pcap", [
            (n, made.udp(source, SERVERS[0], made.map_register(n + 1, made.record(eid, source),
                                                               key=key)))
            for n, (key, source, eid) in enumerate(sent)])
        with open(os.open(self.path("keys"), os.O_WRONLY | os.O_CREAT, 0o600), "w",
                  encoding="ascii") as keys:
            keys.write("10.4.0.0/16 else\n10.1.0.0/15 key\n10.2.0.0/16 key\n"
                       "2001:db8::/32 key\n")
        self.assertEqual(self.run_example(script),
                         ["      2 %s\t10.2.0.0/16" % XTR,
                          "      1 %s\t2001:db8:3::/48" % OTHER_XTR])

    @answers("Which sections of RFCs a router breaks, and how often")
    def test_broken_rules(self, script):
        good = made.record("10.1.0.0/16", OTHER_XTR)
        host_bits = good.replace(made.address("10.1.0.0"), made.address("10.1.2.3"))
        self.assertNotEqual(good, host_bits)
        probe = made.map_request(9, "10.9.0.1/32", XTR, made.PROBE)
        sent = [(XTR, made.map_reply(1, host_bits)), (XTR, made.map_reply(2, good)),
                (XTR, made.map_reply(3, host_bits)), (OTHER_XTR, made.map_reply(4, host_bits)),
                (XTR, made.encapsulated(made.udp(XTR, "10.9.0.1", probe)))]
        self.capture("site.pcap", [(n * 5000, made.udp(source, SERVERS[0], message))
                                   for n, (source, message) in enumerate(sent)])
        self.assertEqual(self.run_example(script), ["      2 RFC 9301 5.4", "      1 RFC 9301 5.8"])


def can_have_a_network():
    return os.geteuid() == 0 and shutil.which("ip") and subprocess.run(
        ["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0


@unittest.skipUnless(can_have_a_network(), "no network of our own to be had")
class AsItHappens(Example):
    """In a network namespace of the example's own, whose loopback interface is called em0.
    Nothing tells from outside when it is listened to, so a message passes again and again, each when
    the one before has come back as undeliverable."""

    KNOCK = """import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    sender.connect(("127.0.0.1", 4342))
    while True:
        try:
            sender.send(bytes.fromhex(sys.argv[1]))
            sender.recv(1)
        except ConnectionRefusedError:
            pass
"""
    INSIDE = """ip link set lo name em0 && ip link set em0 up || exit 1
"$PYTHON" -c "$KNOCK" "$MESSAGE" &
"""

    def first_line_of(self, script):
        message = made.map_request(5, "10.1.0.0/16", XTR).hex()
        process = subprocess.Popen(
            ["unshare", "-n", "sh", "-c", self.INSIDE + script], cwd=self.directory,
            env={**self.environment, "PYTHON": sys.executable, "KNOCK": self.KNOCK,
                 "MESSAGE": message},
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
        try:
            self.assertTrue(select.select([process.stdout], [], [], PATIENCE)[0])
            return process.stdout.readline()
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()

    @answers("What passes by, as it happens")
    def test_listening(self, script):
        self.assertRegex(self.first_line_of(script),
                         r" > 127\.0\.0\.1:4342: map-request, nonce 0x0000000000000005,")

    @answers("All that tcpdump(1) writes, as it writes it")
    def test_following(self, script):
        self.assertRegex(self.first_line_of(script),
                         r" > 127\.0\.0\.1:4342: map-request, nonce 0x0000000000000005,")


class Page(unittest.TestCase):
    def test_each_example_is_tested(self):
        self.assertEqual(sorted(TESTED), sorted(EXAMPLES))


if __name__ == "__main__":
    for tool in TOOLS:
        if not shutil.which(tool):
            print("skipped: no", tool)
            sys.exit(77)
    EXAMPLES = examples_of(PAGE)
    unittest.main()
