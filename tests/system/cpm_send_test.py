"""lisp-cpm-send against xTRs that are none of the project's own code.

    python3 cpm_send_test.py BINDIR [unittest arguments]

The xTRs take messages apart octet by octet and check and make authentication data with Python's
hmac.
"""

import errno
import hashlib
import hmac
import ipaddress
import json
import os
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, write_secret  # noqa: E402

BINDIR = ""
DIGESTS = {1: (hashlib.sha1, 20), 2: (hashlib.sha256, 32)}
KEY = "test-cpm-key"
NAMES = {0: "done", 1: "no-change", 2: "degraded", 16: "no-such-eid", 17: "covering-only",
         18: "no-local-rloc", 19: "conflict", 20: "clock", 21: "not-permitted"}


def mac(octets, key):
    length = struct.unpack_from("!H", octets, 14)[0]
    zeroed = octets[:16] + bytes(length) + octets[16 + length:]
    return hmac.new(key.encode(), zeroed, DIGESTS[octets[13]][0]).digest()


def signed(octets, key=KEY):
    length = struct.unpack_from("!H", octets, 14)[0]
    return octets[:16] + mac(octets, key)[:length] + octets[16 + length:]


class Cursor:
    def __init__(self, octets):
        self.octets, self.at = octets, 0

    def take(self, size):
        if self.at + size > len(self.octets):
            raise AssertionError("a message that ends too early")
        self.at += size
        return self.octets[self.at - size:self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def address(self):
        afi = self.number(2)
        return ipaddress.ip_address(self.take({1: 4, 2: 16}[afi]))


class Message:
    """A Change-Priority Message: of type 5 with a mask length of 16 bits, or of 8, or type 15."""

    def __init__(self, octets, source):
        self.octets, self.source = octets, source
        cursor = Cursor(octets)
        if octets[0] >> 4 == 15:
            self.sub_type = cursor.number(2) & 0xfff
            self.flags = cursor.number(1)
        else:
            assert octets[0] >> 4 == 5, octets.hex()
            self.flags = cursor.number(1) & 15
            assert cursor.number(2) == 0, "reserved"
        count = cursor.number(1)
        self.nonce = cursor.number(8)
        self.key_id, self.algorithm, length = cursor.number(1), cursor.number(1), cursor.number(2)
        assert length == DIGESTS[self.algorithm][1]
        self.mac = cursor.take(length)
        self.target = None
        if octets[0] >> 4 == 15:
            assert count == 1 and cursor.number(2) == 0, "reserved and code"
            self.target = cursor.address()
        self.eid_at = cursor.at
        # An 8-bit mask length is never 0.
        self.reserved = 0 if octets[cursor.at] else 1
        cursor.take(self.reserved)
        self.mask_length = cursor.number(1)
        self.eid = cursor.address()
        self.eid_end = cursor.at
        if octets[0] >> 4 == 15:
            assert cursor.number(1) == 0
            count = cursor.number(1)
        self.peers = [str(cursor.address()) for _ in range(count)]
        assert cursor.at == len(octets), "octets after the last"

    def is_signed_with(self, key=KEY):
        return hmac.compare_digest(self.mac, mac(self.octets, key))

    def acknowledgement(self, code=0, key=KEY, nonce=None, eid=None):
        """Type 5 with A, its code in the third octet, no List-IP; or the same of type 15."""
        head = self.octets[self.eid_at:self.eid_end]
        if eid is not None:
            head = head[:-len(eid)] + eid
        nonce = struct.pack("!Q", self.nonce if nonce is None else nonce)
        blank = self.octets[12:16] + bytes(len(self.mac))
        if self.octets[0] >> 4 == 15:
            target = self.octets[16 + len(self.mac):self.eid_at]
            octets = (self.octets[:2] + bytes([0x10, 1]) + nonce + blank +
                      bytes([0, code]) + target[2:] + head + bytes(2))
        else:
            octets = bytes([0x51, 0, code, 0]) + nonce + blank + head
        return signed(octets, key)


class Xtr:
    def __init__(self, host="127.0.0.1"):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((host, 0))
        self.port = self.socket.getsockname()[1]
        self.name = f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def message(self, timeout=PATIENCE):
        self.socket.settimeout(timeout)
        return Message(*self.socket.recvfrom(65535))

    def is_quiet(self):
        """Nothing has come that has not been taken."""
        return not select.select([self.socket], [], [], 0)[0]

    def send(self, octets, to):
        self.socket.sendto(octets, to)

    def acknowledge(self, message, code=0):
        self.send(message.acknowledgement(code), message.source)


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.key = write_secret(os.path.join(directory.name, "key"), KEY + "\n")

    def xtr(self, host="127.0.0.1"):
        xtr = Xtr(host)
        self.addCleanup(xtr.socket.close)
        return xtr

    def start(self, *args, xtrs=(), within=(), **more):
        command = [*within, os.path.join(BINDIR, "lisp-cpm-send"), "-k", self.key]
        for xtr in xtrs:
            command += ["-x", xtr.name]
        process = subprocess.Popen([*command, *args], stdin=subprocess.DEVNULL, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def outputs(self, process, status):
        out, said = process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, status, said + out)
        return out, said

    def finish(self, process, status):
        """Its standard output; on standard error it has nothing to say."""
        out, said = self.outputs(process, status)
        self.assertEqual(said, "")
        return out

    def assert_line(self, line, eid, xtr, status, code=None, attempts=None):
        """The line of an EID and xTR; `attempts` None: any number."""
        found = re.fullmatch(r"(\S+) (\S+) (\S+)(?: code=(\d+))? attempts=(\d+)(?: rtt=(\d+)us)?",
                             line)
        self.assertTrue(found, line)
        self.assertEqual(found.group(1, 2, 3), (eid, xtr.name, status))
        self.assertEqual(found[4], None if code is None else str(code))
        self.assertEqual(found[6] is None, code is None, line)
        if attempts is not None:
            self.assertEqual(int(found[5]), attempts, line)
        return found


class Acknowledged(Case):
    def test_a_message_and_its_acknowledgement(self):
        xtr = self.xtr()
        process = self.start("-t", "60000", "-i", "3", "-p", "198.51.100.1", "-p", "2001:db8::1",
                             "192.0.2.6", xtrs=[xtr])
        message = xtr.message()
        arrived = time.time_ns()
        self.assertEqual(message.octets[0], 0x50, "the users' guide has no flags there")
        self.assertEqual((message.key_id, message.algorithm), (3, 2))
        self.assertTrue(message.is_signed_with())
        self.assertEqual((str(message.eid), message.mask_length), ("192.0.2.6", 32))
        self.assertEqual(message.peers, ["198.51.100.1", "2001:db8::1"])
        self.assertLess(message.nonce, arrived, "nanoseconds since 1970")
        self.assertGreater(message.nonce, arrived - int(PATIENCE * 1e9))
        xtr.acknowledge(message)
        out = self.finish(process, 0)
        found = self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "done", 0, 1)
        self.assertLess(int(found[6]), PATIENCE * 1e6)
        self.assertTrue(xtr.is_quiet())

    def test_every_code(self):
        xtr = self.xtr()
        for code in [*NAMES, 3, 15, 22, 255]:
            with self.subTest(code=code):
                process = self.start("-t", "60000", "2001:db8::/48", xtrs=[xtr])
                xtr.acknowledge(xtr.message(), code)
                status = 3 if code >= 16 else 0 if code < 2 else 4
                out = self.finish(process, status)
                self.assert_line(out.rstrip("\n"), "2001:db8::/48", xtr,
                                 NAMES.get(code, "unknown"), code, 1)

    def test_every_form(self):
        for host in ("127.0.0.1", "::1"):
            try:
                xtr = self.xtr(host)
            except OSError:
                continue  # no IPv6 here
            for form, first, algorithm, args in (("seed", 0x50, 2, []), ("v102", 0x58, 1, []),
                                                 ("ext15", 0xff, 2, ["--subtype", "4090"])):
                with self.subTest(host=host, form=form):
                    process = self.start("-t", "60000", "-w", form, *args, "-p", "::5",
                                         "192.0.2.6", xtrs=[xtr])
                    message = xtr.message()
                    self.assertEqual(message.octets[0], first)
                    self.assertEqual(message.reserved, 0 if form == "v102" else 1)
                    self.assertEqual(message.algorithm, algorithm)
                    self.assertTrue(message.is_signed_with())
                    self.assertEqual(message.peers, ["::5"])
                    if form == "ext15":
                        self.assertEqual(message.sub_type, 4090)
                        self.assertEqual(message.flags, 0x80)
                        self.assertEqual(str(message.target), host)
                    xtr.acknowledge(message, 1)
                    out = self.finish(process, 0)
                    self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "no-change", 1, 1)

    def test_nonces_of_2012_are_random(self):
        xtr = self.xtr()
        nonces = []
        for _ in range(2):
            process = self.start("--no-ack", "-w", "v102", "192.0.2.6", xtrs=[xtr])
            nonces.append(xtr.message().nonce)
            self.finish(process, 0)
        self.assertGreater(abs(nonces[1] - nonces[0]), 10**12)

    def test_json(self):
        xtr, silent = self.xtr(), self.xtr()
        process = self.start("--json", "-t", "1500", "-r", "1", "192.0.2.6", xtrs=[xtr, silent])
        xtr.acknowledge(xtr.message(), 2)
        first, second = map(json.loads, self.finish(process, 1).splitlines())
        self.assertIsInstance(first.pop("rtt-us"), int)
        self.assertEqual(first, {"eid": "192.0.2.6/32", "xtr": xtr.name, "status": "degraded",
                                 "code": 2, "attempts": 1})
        self.assertEqual(second, {"eid": "192.0.2.6/32", "xtr": silent.name, "status": "timeout",
                                  "attempts": 1})

    def test_quiet(self):
        xtr = self.xtr()
        process = self.start("-q", "-t", "60000", "192.0.2.6", xtrs=[xtr])
        xtr.acknowledge(xtr.message(), 17)
        self.assertEqual(self.finish(process, 3), "")

    def test_a_key_for_each_xtr(self):
        first, second = self.xtr("127.0.0.1"), self.xtr("127.0.0.2")
        write_secret(self.key, "127.0.0.2 of-the-second\nkey-id=0 of-the-rest\n")
        process = self.start("-t", "60000", "192.0.2.6", xtrs=[first, second])
        message = first.message()
        self.assertTrue(message.is_signed_with("of-the-rest"))
        first.send(message.acknowledgement(0, "of-the-rest"), message.source)
        message = second.message()
        self.assertTrue(message.is_signed_with("of-the-second"))
        second.send(message.acknowledgement(1, "of-the-rest"), message.source)
        second.send(message.acknowledgement(2, "of-the-second"), message.source)
        self.finish(process, 4)

    def test_a_name(self):
        address = socket.getaddrinfo("localhost", None, type=socket.SOCK_DGRAM)[0][4][0]
        xtr = self.xtr(address)
        process = self.start("-t", "60000", "-x", f"localhost:{xtr.port}", "192.0.2.6")
        xtr.acknowledge(xtr.message())
        self.assert_line(self.finish(process, 0).rstrip("\n"), "192.0.2.6/32", xtr, "done", 0, 1)


class Several(Case):
    def test_eids_have_increasing_nonces_and_xtrs_the_same(self):
        first, second = self.xtr(), self.xtr()
        eids = ["192.0.2.6", "2001:db8::/48", "192.0.2.0/28"]
        process = self.start("-t", "60000", *eids, "192.0.2.6/32", xtrs=[first, second, first])
        nonces = []
        for xtr in first, second:
            messages = [xtr.message() for _ in eids]
            nonces.append([message.nonce for message in messages])
            for message in reversed(messages):
                xtr.acknowledge(message)
        self.assertEqual(nonces[0], nonces[1])
        self.assertEqual(nonces[0], sorted(set(nonces[0])))
        lines = self.finish(process, 0).splitlines()
        self.assertEqual(len(lines), 6, "each once")
        order = [("192.0.2.6/32", first), ("192.0.2.6/32", second), ("2001:db8::/48", first),
                 ("2001:db8::/48", second), ("192.0.2.0/28", first), ("192.0.2.0/28", second)]
        for line, (eid, xtr) in zip(lines, order):
            self.assert_line(line, eid, xtr, "done", 0, 1)

    def test_all_and_any(self):
        for option, status in ("--all", 1), ("--any", 0):
            with self.subTest(option):
                xtr, silent = self.xtr(), self.xtr()
                process = self.start(option, "-t", "1500", "-r", "1", "192.0.2.6",
                                     xtrs=[silent, xtr])
                xtr.acknowledge(xtr.message())
                silent_line, line = self.finish(process, status).splitlines()
                self.assert_line(silent_line, "192.0.2.6/32", silent, "timeout", None, 1)
                self.assert_line(line, "192.0.2.6/32", xtr, "done", 0, 1)

    def test_any_takes_the_better_answer(self):
        refusing, xtr = self.xtr(), self.xtr()
        process = self.start("--any", "-t", "60000", "192.0.2.6", xtrs=[refusing, xtr])
        refusing.acknowledge(refusing.message(), 16)
        xtr.acknowledge(xtr.message(), 1)
        self.finish(process, 0)

    def test_a_thousand_eids(self):
        xtr = self.xtr()
        seen = set()

        def answer():
            while len(seen) < 1000:
                message = xtr.message()
                seen.add(message.eid)
                xtr.acknowledge(message)

        thread = threading.Thread(target=answer)
        thread.start()
        process = self.start("-t", "10000", *(f"10.0.{i // 250}.{i % 250}" for i in range(1000)),
                             xtrs=[xtr])
        out = self.finish(process, 0)
        thread.join()
        self.assertEqual(len(out.splitlines()), 1000)


class Lost(Case):
    def test_the_same_octets_until_one_is_acknowledged(self):
        xtr = self.xtr()
        for lost in 1, 3:
            with self.subTest(lost=lost):
                process = self.start("-t", "20", "-r", "12", "192.0.2.6", xtrs=[xtr])
                messages = [xtr.message() for _ in range(lost + 1)]
                xtr.acknowledge(messages[-1])
                found = self.assert_line(self.finish(process, 0).rstrip("\n"), "192.0.2.6/32", xtr,
                                         "done", 0)
                self.assertGreaterEqual(int(found[5]), lost + 1)
                self.assertEqual(len({message.octets for message in messages}), 1)
                self.assertEqual(len({message.source for message in messages}), 1)
                while not xtr.is_quiet():
                    xtr.message()  # sent before the acknowledgement came

    def test_four_tries_and_their_times(self):
        xtr = self.xtr()
        times = [time.monotonic()]
        process = self.start("192.0.2.6", xtrs=[xtr])
        xtr.message()
        for _ in range(3):
            xtr.message()
            times.append(time.monotonic())
        out = self.finish(process, 2)
        times.append(time.monotonic())
        self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "timeout", None, 4)
        self.assertTrue(xtr.is_quiet())
        # Never earlier than this; what is late is the machine's doing.
        for since, least in zip(times[1:], (0.1, 0.3, 0.7, 1.5)):
            self.assertGreater(since - times[0], least)

    def test_a_limit_for_all_tries(self):
        xtr = self.xtr()
        begin = time.monotonic()
        process = self.start("-t", "50", "-r", "16", "-d", "400", "192.0.2.6", xtrs=[xtr])
        self.finish(process, 2)
        self.assertGreater(time.monotonic() - begin, 0.4)
        tries = 0
        while not xtr.is_quiet():
            xtr.message()
            tries += 1
        self.assertIn(tries, range(1, 5), "at 0, 50, 150 and 350 ms")

    def test_a_late_acknowledgement_counts(self):
        xtr = self.xtr()
        process = self.start("-t", "20", "-r", "12", "192.0.2.6", xtrs=[xtr])
        first = xtr.message()
        xtr.message()  # the second try: the first one has been waited for in vain
        xtr.acknowledge(first)
        self.finish(process, 0)

    def test_duplicates_count_once(self):
        xtr = self.xtr()
        process = self.start("-t", "60000", "192.0.2.6", "192.0.2.7", xtrs=[xtr])
        first, second = xtr.message(), xtr.message()
        for code in 1, 1, 16:
            xtr.acknowledge(first, code)
        xtr.acknowledge(second)
        lines = self.finish(process, 0).splitlines()
        self.assert_line(lines[0], "192.0.2.6/32", xtr, "no-change", 1, 1)
        self.assert_line(lines[1], "192.0.2.7/32", xtr, "done", 0, 1)

    def test_forged_ones_do_not(self):
        xtr, stranger = self.xtr(), self.xtr()
        process = self.start("-v", "-t", "60000", "192.0.2.6", xtrs=[xtr])
        message = xtr.message()
        genuine = message.acknowledgement(1)
        for octets in (message.acknowledgement(0, key="another-key"),
                       message.acknowledgement(0, nonce=message.nonce + 1),
                       message.acknowledgement(0, eid=bytes([192, 0, 2, 7])),
                       bytes([0x51, 0, 0]) + genuine[3:],  # the code changed, not signed again
                       genuine[:-1], genuine + b"\0", genuine[:16], b"", b"\x51",
                       message.octets,  # sent back
                       signed(b"\x58" + message.octets[1:])):
            xtr.send(octets, message.source)
        stranger.send(message.acknowledgement(0), message.source)
        xtr.send(genuine, message.source)
        out, said = self.outputs(process, 0)
        self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "no-change", 1, 1)
        self.assertEqual(said.count("ignored from"), 12, said)

    def test_without_acknowledgement_one_datagram(self):
        xtr = self.xtr()
        begin = time.monotonic()
        process = self.start("--no-ack", "-t", "60000", "-w", "seed", "-a", "sha1", "192.0.2.6",
                             xtrs=[xtr])
        out = self.finish(process, 0)
        self.assertLess(time.monotonic() - begin, PATIENCE)
        self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "sent", None, 1)
        self.assertEqual(xtr.message().algorithm, 1)
        self.assertTrue(xtr.is_quiet())


class Failing(Case):
    # No resolver asks anybody for a label of 64 octets.
    NAME = "x" * 64 + ".invalid"

    def test_a_name_without_an_address(self):
        out, said = self.outputs(self.start("-x", self.NAME, "192.0.2.6"), 68)
        self.assertEqual(out, "")
        self.assertIn(self.NAME, said)

    def test_the_other_xtrs_are_told(self):
        for option, status in ("--all", 68), ("--any", 0):
            with self.subTest(option):
                xtr = self.xtr()
                process = self.start(option, "-t", "60000", "-x", self.NAME, "192.0.2.6",
                                     xtrs=[xtr])
                xtr.acknowledge(xtr.message())
                out, said = self.outputs(process, status)
                self.assert_line(out.rstrip("\n"), "192.0.2.6/32", xtr, "done", 0, 1)
                self.assertIn(self.NAME, said)

    def test_what_does_not_leave(self):
        # A broadcast, which a socket has to ask for.
        args = ("-t", "10", "-r", "2", "-x", "255.255.255.255", "192.0.2.6")
        for more, tries in ([], 2), (["--no-ack"], 1):
            out, said = self.outputs(self.start(*args, *more), 71)
            self.assertEqual(out, f"192.0.2.6/32 255.255.255.255:4342 not-sent attempts={tries}\n")
            self.assertEqual(said, "lisp-cpm-send: warning: 255.255.255.255:4342: "
                             f"{os.strerror(errno.EACCES)}\n" * tries)

    def test_what_leaves_for_some(self):
        xtr = self.xtr()
        process = self.start("--no-ack", "-x", "255.255.255.255", "192.0.2.6", xtrs=[xtr])
        self.outputs(process, 1)
        xtr.message()
        process = self.start("--no-ack", "--any", "-x", "255.255.255.255", "192.0.2.6", xtrs=[xtr])
        self.outputs(process, 0)

    def test_the_key_in_the_environment(self):
        xtr = self.xtr()
        key = write_secret(os.path.join(self.directory, "other"), "another-key")
        command = [os.path.join(BINDIR, "lisp-cpm-send"), "--no-ack", "-x", xtr.name, "192.0.2.6"]
        done = subprocess.run(command, env=os.environ | {"LISP_CPM_KEYFILE": key}, timeout=PATIENCE,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(xtr.message().is_signed_with("another-key"))


class Detached(Case):
    def test_returns_when_all_has_been_sent_and_goes_on(self):
        xtr = self.xtr()
        process = self.start("--detach", "-t", "20", "-r", "12", "192.0.2.6", "192.0.2.7",
                             xtrs=[xtr])
        # Nothing is acknowledged yet, and no output is held open.
        self.assertEqual(self.finish(process, 0), "")
        first, second = xtr.message(), xtr.message()
        again = xtr.message()
        self.assertEqual(again.octets, first.octets)
        for message in first, second:
            xtr.acknowledge(message)

    def test_what_is_wrong_is_told_before(self):
        os.chmod(self.key, 0o644)
        out, said = self.outputs(self.start("--detach", "-x", "127.0.0.1", "192.0.2.6"), 77)
        self.assertEqual(out, "")
        self.assertIn(self.key, said)

    def syslog(self):
        """A socket at /dev/log, and the words that run a command where it is."""
        within = ["unshare", "-m", "sh", "-c", 'cd "$1" && touch null urandom && shift &&'
                  ' mount --bind /dev/null null && mount --bind /dev/urandom urandom &&'
                  ' mount --rbind . /dev && exec "$@"', "sh", self.directory]
        probe = subprocess.run([*within, "true"], capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("no mount namespace of one's own: " + probe.stderr.decode().strip())
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(log.close)
        log.bind(os.path.join(self.directory, "log"))
        log.settimeout(PATIENCE)
        return log, within

    def test_syslog_is_told_what_came_of_it(self):
        log, within = self.syslog()
        for args, code, severity in ([], 0, 6), ([], 2, 4), ([], 19, 3), (["-q"], 1, 6):
            with self.subTest(code=code):
                xtr = self.xtr()
                process = self.start("--detach", "-t", "60000", *args, "192.0.2.6", xtrs=[xtr],
                                     within=within)
                self.finish(process, 0)
                xtr.acknowledge(xtr.message(), code)
                line = log.recv(65535).decode().rstrip("\0\n")
                found = re.fullmatch(r"<(\d+)>.* lisp-cpm-send\[\d+\]: (.*)", line)
                self.assertTrue(found, line)
                self.assertEqual(int(found[1]) & 7, severity)
                self.assert_line(found[2], "192.0.2.6/32", xtr, NAMES[code], code, 1)

    def test_syslog_is_told_that_nobody_answered(self):
        log, within = self.syslog()
        xtr = self.xtr()
        self.finish(self.start("--detach", "-t", "10", "-r", "2", "192.0.2.6", xtrs=[xtr],
                               within=within), 0)
        line = log.recv(65535).decode().rstrip("\0\n")
        self.assertIn(f": 192.0.2.6/32 {xtr.name} timeout attempts=2", line)
        self.assertEqual(int(line[1:line.index(">")]) & 7, 3)


if __name__ == "__main__":
    BINDIR = sys.argv.pop(1)
    unittest.main()
