"""lisp-replyd over loopback: octets in, octets out.

    python3 replyd_test.py BINDIR [unittest arguments]

Requests and the replies expected are put together here from RFC 9301, by none of the project's
own code.
"""

import os
import random
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402

BINDIR = ""
FLOOD = int(os.environ.get("LISP_FLOOD", "20000"))  # mutated packets
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")

CONFIG = """\
@MAPSERVER
127.0.0.3	a-key-that-nobody-may-see

@EID
203.0.113.0	24	1440	1
198.51.100.10	1	50	0
127.0.0.5	1	50	1

@EID
2001:db8:1::	48	60	1
::1	2	100	1
198.51.100.9	1	50	0

@EID
10.0.0.0	8	1440	1
198.51.100.9	1	50	1

@EID
10.1.0.0	16	5	1
198.51.100.9	255	50	1
"""


def address(text):
    """AFI and address."""
    if ":" in text:
        return struct.pack("!H", 2) + socket.inet_pton(socket.AF_INET6, text)
    return struct.pack("!H", 1) + socket.inet_pton(socket.AF_INET, text)


def map_request(eids, itr_rlocs, nonce=0x1122334455667788, flags=0):
    head = 0x10000000 | flags | (len(itr_rlocs) - 1) << 8 | len(eids)
    octets = struct.pack("!IQH", head, nonce, 0)
    for itr_rloc in itr_rlocs:
        octets += address(itr_rloc)
    for eid in eids:
        prefix, _, length = eid.partition("/")
        octets += struct.pack("!BB", 0, int(length or (128 if ":" in prefix else 32)))
        octets += address(prefix)
    return octets


def locator(rloc, priority, weight, flags):
    return struct.pack("!BBBBH", priority, weight, 255, 0, flags) + address(rloc)


def record(eid, ttl, locators):
    prefix, _, length = eid.partition("/")
    head = struct.pack("!IBBHH", ttl, len(locators), int(length), 0x1000, 0)
    return head + address(prefix) + b"".join(locator(*each) for each in locators)


def map_reply(records, nonce=0x1122334455667788, flags=0):
    return struct.pack("!IQ", 0x20000000 | flags | len(records), nonce) + b"".join(records)


L, PROBED, R = 4, 2, 1
V4_RECORD = record("203.0.113.0/24", 1440,
                   [("127.0.0.5", 1, 50, L | R), ("198.51.100.10", 1, 50, R)])
V6_RECORD = record("2001:db8:1::/48", 60, [("198.51.100.9", 1, 50, R), ("::1", 2, 100, L | R)])


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def encapsulated(payload, source, destination, sport, dport=4342, udp_checksum=None):
    """An Encapsulated Control Message with the payload from source to destination inside."""
    ends = address(source)[2:] + address(destination)[2:]
    length = 8 + len(payload)
    pseudo = ends + struct.pack("!II", length, 17)
    udp = struct.pack("!HHHH", sport, dport, length, 0) + payload
    if udp_checksum is None:
        udp_checksum = checksum(pseudo + udp) or 0xffff
    udp = udp[:6] + struct.pack("!H", udp_checksum) + udp[8:]
    if ":" in source:
        ip = struct.pack("!IHBB", 0x60000000, length, 17, 64) + ends
    else:
        ip = struct.pack("!BBHIBBH", 0x45, 0, 20 + length, 0, 64, 17, 0) + ends
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    return struct.pack("!I", 0x80000000) + ip + udp


def lisp_sec(ecm):
    """With S and the Authentication Data of the golden packet: what is between its first word and
    its inner IPv4 header."""
    octets = golden("ECM-LISPSEC")
    return octets[:octets.index(b"\x45\x00", 4)] + ecm[4:]


def golden_packets():
    """By name."""
    with open(os.path.join(DATA, "golden-packets.txt"), encoding="ascii") as file:
        rows = [line.split("\t") for line in file if line.strip() and line[0] != "#"]
    return {row[0]: bytes.fromhex(row[3]) for row in rows}


def golden(name):
    return golden_packets()[name]


def udp(host):
    """A socket bound to the host, at a port of the system's choice."""
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    bound.bind((host, 0))
    bound.settimeout(PATIENCE)
    return bound


class Site(unittest.TestCase):
    """A replier at 127.0.0.5 and ::1, in a directory of its own."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.config = write_secret(os.path.join(self.directory, "lisp.conf"), CONFIG)

    def start(self, *args, rate="0", listen=None):
        listen = listen or ["127.0.0.5:0"] + (["[::1]:0"] if has_ipv6() else [])
        listen = [word for each in listen for word in ("-l", each)]
        args = ["-f", self.config, "--rate", rate, *listen, *args]
        daemon = Daemon(BINDIR, "lisp-replyd", args, self.directory)
        self.addCleanup(daemon.stop)
        return daemon

    def socket(self, host):
        bound = udp(host)
        self.addCleanup(bound.close)
        return bound

    def counters(self, daemon):
        if not os.path.exists(os.path.join(BINDIR, "lisp-status")):
            self.skipTest("no lisp-status")
        return daemon.status("counters")[0]

    def counters_after(self, daemon, received):
        """Once so many datagrams have been dealt with; a query may overtake one."""
        deadline = time.monotonic() + PATIENCE
        while True:
            counters = self.counters(daemon)
            if counters["received"] >= received or time.monotonic() > deadline:
                return counters

    def expect(self, receiver, octets, source):
        got, sender = receiver.recvfrom(65535)
        self.assertEqual(got.hex(), octets.hex())
        self.assertEqual(sender[:2], source)


def has_ipv6():
    try:
        udp("::1").close()
    except OSError:
        return False
    return True


needs_ipv6 = unittest.skipUnless(has_ipv6(), "no IPv6 here")


class Answers(Site):
    def test_C066_C067_C075_C076_plain_request(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])

    @needs_ipv6
    def test_C066_plain_request_over_ipv6(self):
        with self.start() as daemon, udp("::1") as itr:
            itr.sendto(map_request(["2001:db8:1:7::1"], ["::1"]), daemon.listen[1])
            self.expect(itr, map_reply([V6_RECORD]), daemon.listen[1])

    def test_C068_reply_to_an_ecm_goes_to_the_inner_port(self):
        with self.start() as daemon, udp("127.0.0.1") as itr, udp("127.0.0.2") as outer:
            request = map_request(["203.0.113.7"], ["127.0.0.1"])
            ecm = encapsulated(request, "192.0.2.10", "203.0.113.7", itr.getsockname()[1])
            outer.sendto(ecm, daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])

    @needs_ipv6
    def test_C070_all_pairs_of_inner_and_outer_family(self):
        daemon = self.start()
        inner = {"203.0.113.7": ("192.0.2.10", V4_RECORD),
                 "2001:db8:1::1": ("2001:db8:2::10", V6_RECORD)}
        for host, asked in (("127.0.0.1", daemon.listen[0]), ("::1", daemon.listen[1])):
            itr, outer = self.socket(host), self.socket(host)
            for eid, (source, expected) in inner.items():
                request = map_request([eid], [host])
                ecm = encapsulated(request, source, eid, itr.getsockname()[1])
                outer.sendto(ecm, asked)
                self.expect(itr, map_reply([expected]), asked)

    @needs_ipv6
    def test_C069_the_itr_rloc_of_the_outer_family_is_chosen(self):
        with self.start() as daemon, udp("::1") as v6, udp("127.0.0.1") as v4:
            request = map_request(["203.0.113.7"], ["127.0.0.1", "::1"])
            v6.sendto(request, daemon.listen[1])
            self.expect(v6, map_reply([V4_RECORD]), daemon.listen[1])
            # Asked over IPv6, with an ITR-RLOC of IPv4 alone: the reply crosses over.
            request = map_request(["203.0.113.7"], ["127.0.0.1"])
            ecm = encapsulated(request, "192.0.2.10", "203.0.113.7", v4.getsockname()[1])
            v6.sendto(ecm, daemon.listen[1])
            self.expect(v4, map_reply([V4_RECORD]), daemon.listen[0])

    def test_C072_C074_more_specifics_come_along_with_the_shortest_ttl(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["10.9.9.9"], ["127.0.0.1"]), daemon.listen[0])
            both = [record("10.0.0.0/8", 5, [("198.51.100.9", 1, 50, L | R)]),
                    record("10.1.0.0/16", 5, [("198.51.100.9", 255, 50, L | R)])]
            self.expect(itr, map_reply(both), daemon.listen[0])

    def test_C077_probe_reply_marks_the_probed_locator(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            request = map_request(["203.0.113.0/24"], ["127.0.0.1"], flags=0x02000000)
            itr.sendto(request, daemon.listen[0])
            expected = record("203.0.113.0/24", 1440, [("127.0.0.5", 1, 50, L | PROBED | R),
                                                       ("198.51.100.10", 1, 50, R)])
            self.expect(itr, map_reply([expected], flags=0x08000000), daemon.listen[0])

    def test_C082_several_eids(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            request = map_request(["2001:db8:1::1", "192.0.2.1", "203.0.113.7"], ["127.0.0.1"])
            itr.sendto(request, daemon.listen[0])
            short_lived = struct.pack("!I", 60) + V4_RECORD[4:]  # C-074
            self.expect(itr, map_reply([V6_RECORD, short_lived]), daemon.listen[0])

    def test_C078_to_C090_what_gets_no_answer(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            port = itr.getsockname()[1]
            own = map_request(["203.0.113.7"], ["127.0.0.1"])
            probe = map_request(["203.0.113.7"], ["127.0.0.1"], flags=0x02000000)
            ends = ("192.0.2.10", "203.0.113.7", port)
            silent = [
                map_request(["192.0.2.1"], ["127.0.0.1"]),                      # C-083
                map_request(["203.0.113.7"], ["127.0.0.1"], flags=0x01000000),  # C-080
                map_request(["203.0.113.7"], ["127.0.0.1"], flags=0x00002000),  # C-079
                map_request(["203.0.113.7"], ["224.0.0.1"]),                    # C-085
                encapsulated(probe, *ends),                                     # C-078
                encapsulated(own, *ends, udp_checksum=0),                       # C-086
                encapsulated(own, *ends, udp_checksum=0xbeef),                  # C-087
                encapsulated(own, *ends, dport=4341),                           # C-088
                encapsulated(encapsulated(own, *ends), *ends),
                golden("ACK-SHA256-32"), golden("UNKNOWN-9"), golden("REF-MSACK"), b"", b"\x10",
            ]
            for octets in silent:
                itr.sendto(octets, daemon.listen[0])
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"], nonce=1), daemon.listen[0])
            # One queue: the first reply being the last request's, the others got none.
            self.expect(itr, map_reply([V4_RECORD], nonce=1), daemon.listen[0])

    def test_C083_C124_denies_holes_of_an_aggregate_by_option(self):
        args = ["--negative", "203.0.112.0/20", "--negative", "[7]10.0.0.0/8"]
        with self.start(*args) as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["192.0.2.1"], ["127.0.0.1"], nonce=1), daemon.listen[0])
            for nonce, (eid, hole) in enumerate((("203.0.120.1", "203.0.120.0/21"),
                                                 ("203.0.112.5", "203.0.112.0/24"),
                                                 ("203.0.114.9", "203.0.114.0/23")), start=2):
                itr.sendto(map_request([eid], ["127.0.0.1"], nonce), daemon.listen[0])
                prefix, _, length = hole.partition("/")
                # TTL 15, no locators, ACT 1 and A, no Map-Version.
                negative = struct.pack("!IBBHH", 15, 0, int(length), 0x3000, 0) + address(prefix)
                self.expect(itr, map_reply([negative], nonce), daemon.listen[0])

    def test_C086_a_zero_inner_checksum_is_taken_by_option(self):
        with self.start("--accept-zero-checksum") as daemon, udp("127.0.0.1") as itr:
            request = map_request(["203.0.113.7"], ["127.0.0.1"])
            ends = ("192.0.2.10", "203.0.113.7", itr.getsockname()[1])
            itr.sendto(encapsulated(request, *ends, udp_checksum=0xbeef), daemon.listen[0])
            itr.sendto(encapsulated(request, *ends, udp_checksum=0), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])
            self.assertEqual(self.counters(daemon)["inner-checksum-bad"], 1)

    def test_C090_who_asks_for_lisp_sec_gets_none_or_no_answer(self):
        for args, answers in (((), True), (("--drop-lisp-sec",), False)):
            with self.start(*args) as daemon, udp("127.0.0.1") as itr:
                request = map_request(["203.0.113.7"], ["127.0.0.1"], 1)
                ends = ("192.0.2.10", "203.0.113.7", itr.getsockname()[1])
                itr.sendto(lisp_sec(encapsulated(request, *ends)), daemon.listen[0])
                if answers:  # without S
                    self.expect(itr, map_reply([V4_RECORD], 1), daemon.listen[0])
                request = map_request(["203.0.113.7"], ["127.0.0.1"], 2)
                itr.sendto(encapsulated(request, *ends), daemon.listen[0])
                self.expect(itr, map_reply([V4_RECORD], 2), daemon.listen[0])

    def test_C084_replies_to_one_rloc_are_limited(self):
        with self.start(rate="0.1") as daemon, udp("127.0.0.1") as itr, udp("127.0.0.2") as other:
            for nonce in range(10):
                itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"], nonce), daemon.listen[0])
            other.sendto(map_request(["203.0.113.7"], ["127.0.0.2"], 99), daemon.listen[0])
            self.expect(other, map_reply([V4_RECORD], 99), daemon.listen[0])
            for nonce in range(8):
                self.expect(itr, map_reply([V4_RECORD], nonce), daemon.listen[0])
            itr.setblocking(False)
            with self.assertRaises(BlockingIOError):
                itr.recv(65535)


class Operation(Site):
    def test_malformed_messages_are_named_and_the_daemon_lives(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            itr.sendto(golden("REQ-V4")[:20], daemon.listen[0])
            host, port = itr.getsockname()
            daemon.wait_for(rf"{host}:{port}: map-request: truncated at 20 \(itr-rloc\)")
            for size in range(1000):
                itr.sendto(golden("ECM-V6")[:size % 100], daemon.listen[0])
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])
            self.assertLess(len(daemon.stderr), 30)

    def test_C093_reload_answers_from_the_new_configuration(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            write_secret(self.config, CONFIG.replace("203.0.113.0", "192.0.2.0"))
            daemon.reload("reloaded")
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"], 1), daemon.listen[0])
            itr.sendto(map_request(["192.0.2.7"], ["127.0.0.1"], 2), daemon.listen[0])
            got, _ = itr.recvfrom(65535)
            self.assertEqual(got[4:12], struct.pack("!Q", 2))

    def test_C093_edits_of_every_kind_are_answered_from(self):
        def in_place(text):
            write_secret(self.config, text)

        def renamed(text):
            os.rename(write_secret(self.config + ".new", text), self.config)

        def made_again(text):
            os.remove(self.config)
            write_secret(self.config, text)

        with self.start() as daemon, udp("127.0.0.1") as itr:
            for priority, edit in enumerate([in_place, renamed, made_again, in_place], start=3):
                start = len(daemon.stderr)
                edit(CONFIG.replace("127.0.0.5	1	50", f"127.0.0.5	{priority}	50"))
                daemon.wait_for(r"lisp\.conf: edited, reloaded", start)
                itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
                locators = [("127.0.0.5", priority, 50, L | R), ("198.51.100.10", 1, 50, R)]
                self.expect(itr, map_reply([record("203.0.113.0/24", 1440, locators)]),
                            daemon.listen[0])

    def test_edits_of_key_files_are_edits(self):
        key = write_secret(os.path.join(self.directory, "key"), "first\n")
        write_secret(self.config, CONFIG + "@HYPERVISOR\n192.0.2.0/24 - key-file=key\n")
        with self.start() as daemon:
            for change, told in (
                    (lambda: os.remove(key), "edited, not reloaded because of errors"),
                    (lambda: write_secret(key, "first\n"), "edited, says what is in force"),
                    (lambda: write_secret(key, "second\n"), "edited, reloaded")):
                start = len(daemon.stderr)
                change()
                daemon.wait_for(r"lisp\.conf: " + told, start)

    def test_reload_of_a_wrong_configuration_keeps_the_old_one_and_names_every_error(self):
        with self.start() as daemon, udp("127.0.0.1") as itr:
            wrong = CONFIG.replace("1440	1", "1440	9").replace("	5	1", "	many	1")
            write_secret(self.config, wrong)
            daemon.reload("not reloaded")
            for line in (5, 15, 19):
                daemon.wait_for(rf"lisp\.conf:{line}:")
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])

    def test_status(self):
        if not os.path.exists(os.path.join(BINDIR, "lisp-status")):
            self.skipTest("no lisp-status")
        with self.start() as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["192.0.2.1"], ["127.0.0.1"]), daemon.listen[0])
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])
            status = daemon.status()[0]
            self.assertEqual(status["daemon"], "lisp-replyd")
            self.assertEqual(status["eids"], 4)
            asked = len(map_request(["203.0.113.7"], ["127.0.0.1"]))
            told = len(map_reply([V4_RECORD]))
            self.assertEqual(status["reply-percent"], 100 * told // asked)
            counters = daemon.status("counters")[0]
            self.assertEqual((counters["received"], counters["map-replies"]), (2, 1))
            self.assertEqual(counters["not-owned"], 1)
            self.assertEqual((counters["answered-octets"], counters["reply-octets"]), (asked, told))
            eids = daemon.status("eids")
            self.assertEqual([each["eid"] for each in eids],
                             ["10.0.0.0/8", "10.1.0.0/16", "203.0.113.0/24", "2001:db8:1::/48"])
            self.assertEqual([each["rloc"] for each in eids[2]["locators"]],
                             ["127.0.0.5", "198.51.100.10"])

    def test_verbose_shows_each_message_and_no_key(self):
        with self.start("-v", "-v") as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])
            daemon.wait_for(r"received 127\.0\.0\.1:\d+ > 127\.0\.0\.5:\d+: map-request")
            daemon.wait_for(r"sent 127\.0\.0\.5:\d+ > 127\.0\.0\.1:\d+: map-reply")
            self.assertNotIn("nobody", "".join(daemon.stderr))

    def test_v102_shows_the_form_of_2012(self):
        with self.start("-vv", "--log-format", "v102") as daemon, udp("127.0.0.1") as itr:
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])
            for text in ("Map-Request Packet", "Map-Reply Packet", "#Recodr0", "0x20000001"):
                daemon.wait_for(text)

    def test_metrics_are_left_behind(self):
        metrics = os.path.join(self.directory, "metrics")
        with self.start("--metrics", metrics) as daemon:
            self.assertEqual(daemon.stop(), 0)
        with open(metrics, encoding="ascii") as file:
            lines = file.read().splitlines()
        self.assertIn("lisp_replyd_eids 4", lines)
        self.assertIn("lisp_replyd_map_replies 0", lines)

    def command(self, *args):
        command = [os.path.join(BINDIR, "lisp-replyd"), *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)

    def test_check_only(self):
        self.assertEqual(self.command("-n", "-f", self.config).returncode, 0)
        write_secret(self.config, "@EID\nhost 24 60 1\n10.0.0.0 999 60 1\n")
        done = self.command("-n", "-f", self.config)
        self.assertEqual(done.returncode, 1)
        self.assertIn("lisp.conf:2:1: ", done.stderr)

    def test_what_does_not_start(self):
        self.assertEqual(self.command("-l", "nowhere", "-f", self.config).returncode, 2)
        self.assertEqual(self.command("--negative", "10", "-f", self.config).returncode, 2)
        self.assertEqual(self.command("--rate", "fast", "-f", self.config).returncode, 2)
        self.assertEqual(self.command("-f", self.config + ".not").returncode, 1)
        with udp("127.0.0.9") as taken:
            port = taken.getsockname()[1]
            done = self.command("-f", self.config, "-l", f"127.0.0.9:{port}")
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"127.0.0.9:{port}", done.stderr)


class Sockets(Site):
    """Which addresses there are to be asked at."""

    def test_C081_ipv4_alone(self):
        with self.start(listen=["127.0.0.5:0"]) as daemon, udp("127.0.0.1") as itr:
            port = itr.getsockname()[1]
            itr.sendto(map_request(["203.0.113.7"], ["::1"], 1), daemon.listen[0])
            itr.sendto(map_request(["203.0.113.7"], ["::1", "127.0.0.1"], 2), daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD], 2), daemon.listen[0])
            request = map_request(["2001:db8:1::1"], ["127.0.0.1"], 3)
            ecm = encapsulated(request, "2001:db8:2::10", "2001:db8:1::1", port)
            itr.sendto(ecm, daemon.listen[0])
            self.expect(itr, map_reply([V6_RECORD], 3), daemon.listen[0])

    @needs_ipv6
    def test_C081_ipv6_alone(self):
        with self.start(listen=["[::1]:0"]) as daemon, udp("::1") as itr:
            port = itr.getsockname()[1]
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"], 1), daemon.listen[0])
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1", "::1"], 2), daemon.listen[0])
            # The locator at 127.0.0.5 is configured as the site's own all the same.
            self.expect(itr, map_reply([V4_RECORD], 2), daemon.listen[0])
            request = map_request(["203.0.113.7"], ["::1"], 3)
            ecm = encapsulated(request, "192.0.2.10", "203.0.113.7", port)
            itr.sendto(ecm, daemon.listen[0])
            self.expect(itr, map_reply([V4_RECORD], 3), daemon.listen[0])

    def test_C067_two_addresses_of_a_family_answer_each_for_itself(self):
        with self.start(listen=["127.0.0.5:0", "127.0.0.6:0"]) as daemon, udp("127.0.0.1") as itr:
            self.assertEqual([host for host, _ in daemon.listen], ["127.0.0.5", "127.0.0.6"])
            for asked in (daemon.listen[1], daemon.listen[0], daemon.listen[1]):
                itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), asked)
                self.expect(itr, map_reply([V4_RECORD]), asked)

    def test_C067_the_address_that_was_asked_answers_where_all_are_listened_at(self):
        with self.start(listen=["0.0.0.0:0"]) as daemon, udp("127.0.0.1") as itr:
            port = daemon.listen[0][1]
            for host in ("127.0.0.7", "127.0.0.5", "127.0.0.1"):
                itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), (host, port))
                self.expect(itr, map_reply([V4_RECORD]), (host, port))


class Load(Site):
    def exchange(self, daemon, itr, nonces):
        """A Map-Request for each nonce at once; the Map-Replies, each of which must come."""
        for nonce in nonces:
            itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"], nonce), daemon.listen[0])
        replies = [itr.recv(65535) for _ in nonces]
        self.assertEqual(sorted(struct.unpack("!Q", each[4:12])[0] for each in replies),
                         list(nonces))
        return {each[12:] for each in replies}

    def test_C093_no_request_is_lost_while_the_configuration_is_renamed_in(self):
        def locators(priority):
            return [("127.0.0.5", priority, 50, L | R), ("198.51.100.10", 9, 50, R)]

        def edit(priority):
            text = CONFIG.replace("127.0.0.5	1	50", f"127.0.0.5	{priority}	50")
            text = text.replace("198.51.100.10	1", "198.51.100.10	9")
            os.rename(write_secret(self.config + ".new", text), self.config)
            return record("203.0.113.0/24", 1440, locators(priority))

        old, first, window, meanwhile = V4_RECORD, 1, 50, 0
        with self.start() as daemon, udp("127.0.0.1") as itr:
            for priority in range(1, 9):
                new = edit(priority)
                seen = set()
                deadline = time.monotonic() + PATIENCE
                while new not in seen:
                    self.assertLess(time.monotonic(), deadline)
                    answers = self.exchange(daemon, itr, range(first, first + window))
                    self.assertLessEqual(answers, {old, new})
                    self.assertFalse(new in seen and old in answers)
                    seen |= answers
                    first += window
                meanwhile += old in seen
                self.assertEqual(self.exchange(daemon, itr, range(first, first + window)), {new})
                first += window
                old = new
            self.assertGreater(meanwhile, 0)  # there were requests while the file was read

    def resident(self, daemon):
        """KiB"""
        with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_a_flood_of_mutations_of_every_type_leaves_it_answering_and_its_memory_flat(self):
        # What AddressSanitizer keeps of freed memory is not the daemon's.
        options = os.environ.get("ASAN_OPTIONS", "")
        self.addCleanup(os.environ.__setitem__, "ASAN_OPTIONS", options)
        os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=0:" + options
        packets = list(golden_packets().values())
        packets += [map_request(["203.0.113.7"], ["127.0.0.1"], flags=0x02000000),
                    map_request(["203.0.120.1", "10.9.9.9"], ["127.0.0.1"])]
        packets += [encapsulated(each, "192.0.2.10", "203.0.113.7", 50000) for each in packets]
        chance = random.Random(9301)

        def mutated():
            octets = bytearray(chance.choice(packets))
            for _ in range(chance.randrange(1, 5)):
                octets[chance.randrange(min(len(octets), chance.choice((4, 40, 2000))))] = \
                    chance.randrange(256)
            if chance.randrange(4) == 0:
                del octets[chance.randrange(len(octets) + 1):]
            return octets

        batch, sizes = 100, []  # of what a socket's buffer holds in any case
        args = ["--negative", "0.0.0.0/0", "--negative", "::/0"]
        with self.start(*args, rate="100000") as daemon, \
                udp("127.0.0.2") as attacker, udp("127.0.0.1") as itr:
            for sent in range(0, FLOOD, batch):
                for _ in range(batch):
                    attacker.sendto(mutated(), daemon.listen[0])
                # Mutated requests may have replies sent to the ITR's address, not to its port.
                self.assertEqual(self.exchange(daemon, itr, [sent + 1]), {V4_RECORD})
                sizes.append(self.resident(daemon))
            settled, last = max(sizes[:len(sizes) // 2]), sizes[-1]
            self.assertLess(last - settled, 1024, f"KiB more than {settled}")
            counters = self.counters(daemon)
            self.assertEqual(counters["received"], FLOOD + FLOOD // batch)
            # Which the datagram came to in the end: one of these.
            fates = ["map-replies", "handed-on", "malformed", "unknown-vendor", "unexpected-type",
                     "inner-ip-checksum", "inner-checksum-zero", "inner-checksum-bad",
                     "inner-data-port", "inner-not-map-request", "encapsulated-probe",
                     "dont-map-reply", "no-usable-itr-rloc", "itr-rloc-refused", "not-owned",
                     "rate-limited", "source-limited", "total-limited", "too-large",
                     "smr-limited", "lisp-sec"]
            self.assertEqual(sum(counters[fate] for fate in fates), counters["received"])
            met = {fate for fate in fates if counters[fate] > 0}
            self.assertGreater(counters["map-replies"], 2 * FLOOD // batch)  # mutants, too
            self.assertGreaterEqual(len(met), 9, met)
            self.assertEqual(daemon.stop(), 0)


class Counters(Site):
    """Why datagrams get no answer, each in a counter of its own."""

    ITR = "127.0.0.1"

    def provocations(self, ends):
        """Datagrams that are dropped, each for the reason that is its key."""
        def own(flags=0):
            return map_request(["203.0.113.7"], [self.ITR], flags=flags)

        sound = encapsulated(own(), *ends)
        bad_header = sound[:14] + bytes([sound[14] ^ 1]) + sound[15:]
        no_address = own()[:14] + bytes(2) + own()[20:]
        return {
            "malformed": own()[:-1],
            "unknown-vendor": golden("LCAF-VENDOR"),
            "unexpected-type": golden("REG-SHA1-20"),
            "inner-ip-checksum": bad_header,
            "inner-checksum-zero": encapsulated(own(), *ends, udp_checksum=0),
            "inner-checksum-bad": encapsulated(own(), *ends, udp_checksum=0xbeef),
            "inner-data-port": encapsulated(own(), *ends, dport=4341),
            "inner-not-map-request": encapsulated(golden("NTF-SHA1-20"), *ends),
            "encapsulated-probe": encapsulated(own(0x02000000), *ends),
            "lisp-sec": lisp_sec(sound),
            "dont-map-reply": own(0x00002000),
            "no-usable-itr-rloc": no_address,
            "itr-rloc-refused": map_request(["203.0.113.7"], ["224.0.0.1"]),
            "not-owned": map_request(["192.0.2.1"], [self.ITR]),
            "too-large": map_request(["172.16.255.1"], [self.ITR]),
        }

    def limited(self, ends):
        """What goes beyond a limit, and how often each is sent to do so by one."""
        def own(itr_rloc, flags=0):
            return map_request(["203.0.113.7"], [itr_rloc], flags=flags)

        smr = encapsulated(own(self.ITR, 0x01000000), *ends)
        return {
            "rate-limited": [encapsulated(own("127.0.1.1"), *ends)] * 9,
            "source-limited": [own(f"127.0.2.{i}") for i in range(1, 66)],
            "smr-limited": [smr] * 3000,
        }

    def test_each_reason_has_a_counter_in_status_and_metrics(self):
        # A reply of 30 records, so that it cannot be a packet.
        more = [f"@EID\n172.16.{i}.0 {length} 60 1\n198.51.100.9 1 1 1\n"
                for i, length in enumerate([16] + [24] * 30)]
        write_secret(self.config, CONFIG + "".join(more).replace("172.16.0.0 24", "172.16.99.0 24"))
        metrics = os.path.join(self.directory, "metrics")
        options = ("--drop-lisp-sec", "--metrics", metrics)
        with self.start(*options, rate="0.001") as daemon, udp(self.ITR) as itr:
            ends = ("192.0.2.10", "203.0.113.7", itr.getsockname()[1])
            wanted = {}
            for reason, octets in self.provocations(ends).items():
                before = self.counters(daemon)
                itr.sendto(octets, daemon.listen[0])
                self.assertEqual(self.changed(daemon, before, 1), {reason: 1}, reason)
                wanted[reason] = 1
            for reason, datagrams in self.limited(ends).items():
                before = self.counters(daemon)
                for sent in range(1000, len(datagrams) + 1000, 1000):
                    for octets in datagrams[sent - 1000:sent]:
                        itr.sendto(octets, daemon.listen[0])
                    changed = self.changed(daemon, before, min(sent, len(datagrams)))
                self.assertEqual(set(changed), {reason})
                wanted[reason] = changed[reason]
            self.assertEqual(wanted["rate-limited"], 1)
            # To reach the limit of all together takes more than a test can be sure to send.
            self.assertEqual(self.drops(self.counters(daemon)), {**wanted, "total-limited": 0})
            daemon.stop()
            daemon.wait_for(r"\d+ of \d+ datagrams answered, \d+ octets with \d+ \(\d+ %\)")
        with open(metrics, encoding="ascii") as file:
            lines = file.read().splitlines()
        for reason, count in wanted.items():
            self.assertIn(f"lisp_replyd_{reason.replace('-', '_')} {count}", lines)

    NO_DROPS = {"daemon", "pid", "version", "listen", "uptime", "eids", "reply-percent", "received",
                "map-requests", "encapsulated", "probes", "map-replies", "probe-replies",
                "negative-records", "handed-on", "answered-octets", "reply-octets", "send-errors",
                "registerd-lost", "mapsync-lost"}

    def drops(self, counters):
        return {key: value for key, value in counters.items()
                if key not in self.NO_DROPS and not key.startswith(("moves-", "smrs-"))}

    def changed(self, daemon, before, received):
        """Since then, once so many datagrams more have been dealt with."""
        now = self.counters_after(daemon, before["received"] + received)
        return {key: value - before[key] for key, value in self.drops(now).items()
                if value != before[key]}


class PostOffice(Site):
    """What is for other daemons, which may be there or not."""

    def listen_as(self, name):
        path = os.path.join(self.directory, "run", name + ".sock")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if os.path.exists(path):
            os.remove(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.addCleanup(listener.close)
        listener.bind(path)
        listener.listen()
        listener.settimeout(PATIENCE)
        return listener

    def accept(self, listener):
        connection, _ = listener.accept()
        self.addCleanup(connection.close)
        connection.settimeout(PATIENCE)
        return connection

    def expect_message(self, connection, sender, octets):
        line = f"datagram 127.0.0.1:{sender.getsockname()[1]} 127.0.0.5\n".encode()
        self.assertEqual(connection.recv(65536), line + octets)

    def expect_answer(self, daemon, itr):
        """All that was sent before has been dealt with then: one queue."""
        itr.sendto(map_request(["203.0.113.7"], ["127.0.0.1"]), daemon.listen[0])
        self.expect(itr, map_reply([V4_RECORD]), daemon.listen[0])

    def test_map_notify_is_handed_on_to_registerd(self):
        registerd = self.listen_as("lisp-registerd")
        with self.start() as daemon, udp("127.0.0.1") as server:
            server.sendto(golden("NTF-SHA1-20"), daemon.listen[0])
            self.expect_message(self.accept(registerd), server, golden("NTF-SHA1-20"))

    def test_C080_map_replies_and_smrs_are_handed_on_to_mapsync(self):
        mapsync = self.listen_as("lisp-mapsync")
        with self.start() as daemon, udp("127.0.0.1") as peer:
            peer.sendto(golden("REP-POS"), daemon.listen[0])
            connection = self.accept(mapsync)
            self.expect_message(connection, peer, golden("REP-POS"))
            peer.sendto(golden("REQ-SMR"), daemon.listen[0])
            self.expect_message(connection, peer, golden("REQ-SMR"))
            # An SMR may come encapsulated; it goes on without.
            smr = map_request(["203.0.113.7"], ["127.0.0.1"], flags=0x01000000)
            ecm = encapsulated(smr, "192.0.2.10", "203.0.113.7", 4342)
            peer.sendto(ecm, daemon.listen[0])
            self.expect_message(connection, peer, smr)

    def test_nobody_there_then_there_then_started_again(self):
        with self.start() as daemon, udp("127.0.0.1") as peer:
            for name in ("NTF-SHA1-20", "NTF-SHA1-20", "REP-POS"):
                peer.sendto(golden(name), daemon.listen[0])
            self.expect_answer(daemon, peer)
            for _ in range(2):
                registerd = self.listen_as("lisp-registerd")
                peer.sendto(golden("NTF-XTRID"), daemon.listen[0])
                connection = self.accept(registerd)
                self.expect_message(connection, peer, golden("NTF-XTRID"))
                connection.close()
                registerd.close()
            counters = self.counters(daemon)
            self.assertEqual((counters["registerd-lost"], counters["mapsync-lost"]), (2, 1))
            self.assertEqual(counters["handed-on"], 5)

    def test_who_does_not_read_is_not_waited_for(self):
        registerd = self.listen_as("lisp-registerd")
        metrics = os.path.join(self.directory, "metrics")
        count = 4000
        with self.start("--metrics", metrics) as daemon, udp("127.0.0.1") as peer:
            for _ in range(count // 100):
                for _ in range(100):
                    peer.sendto(golden("NTF-SHA1-20"), daemon.listen[0])
                self.expect_answer(daemon, peer)
            connection = self.accept(registerd)
            lost = self.counters(daemon)["registerd-lost"]
            self.assertGreater(lost, 0)
            for _ in range(count - lost):
                self.expect_message(connection, peer, golden("NTF-SHA1-20"))
            peer.sendto(golden("NTF-XTRID"), daemon.listen[0])
            self.expect_message(connection, peer, golden("NTF-XTRID"))
            daemon.stop()
        with open(metrics, encoding="ascii") as file:
            lines = file.read().splitlines()
        self.assertIn(f"lisp_replyd_registerd_lost {lost}", lines)
        self.assertIn("lisp_replyd_mapsync_lost 0", lines)
        self.assertIn(f"lisp_replyd_handed_on {count + 1}", lines)


if __name__ == "__main__":
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main()
