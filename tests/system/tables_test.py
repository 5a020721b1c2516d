"""Tables of lisp-mapserverd, lisp-replyd and lisp-registerd that are longer than what a socket
holds, and parts of them.

    python3 tables_test.py BINDIR [unittest arguments]
"""

import ipaddress
import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402
from packets import map_register, record  # noqa: E402

BINDIR = ""
EIDS = 10_000
A_REGISTER = 40  # of them
TOGETHER = 50  # registers, which share a write to the disk
FIRST = int(ipaddress.ip_address("10.0.0.0"))
SITES = """\
@SITE one
key key
eid 10.0.0.0/8 more-specifics=yes proxy=yes
eid 10.0.1.0/24 more-specifics=yes
eid 11.0.0.0/8
"""


def nth_eid(number):
    """Every second host."""
    return f"{ipaddress.ip_address(FIRST + 2 * number)}/32"


ALL = [nth_eid(number) for number in range(EIDS)]


def ask(daemon, *words):
    command = [os.path.join(BINDIR, "lisp-status"), "--run", daemon.run, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)


def eids_of(daemon, table, *words):
    done = ask(daemon, "--json", daemon.name, table, *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line)["eid"] for line in done.stdout.splitlines()]


class Reader:
    """Asks as lisp-status does, and reads when told to."""

    def __init__(self, daemon, question):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(os.path.join(daemon.run, daemon.name + ".sock"))
        self.socket.send(question)

    def message(self):
        return self.socket.recv(1 << 18)

    def rest(self):
        answer = b""
        while (message := self.message()) != b"\0":
            answer += message
        return answer

    def close(self):
        self.socket.close()


class Registrations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.directory.cleanup)
        sites = write_secret(os.path.join(cls.directory.name, "mapserver.conf"), SITES)
        cls.server = Daemon(BINDIR, "lisp-mapserverd", ["-l", "127.0.0.1:0", "-f", sites])
        cls.addClassCleanup(cls.server.stop)
        cls.etr = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.addClassCleanup(cls.etr.close)
        cls.etr.settimeout(PATIENCE)
        cls.nonce = 0
        for first in range(0, EIDS, A_REGISTER * TOGETHER):
            for part in range(first, min(first + A_REGISTER * TOGETHER, EIDS), A_REGISTER):
                cls.send_register(*ALL[part:part + A_REGISTER])
            for _ in range(TOGETHER):
                cls.etr.recv(65536)

    @classmethod
    def send_register(cls, *eids):
        cls.nonce += 1
        records = [record(eid, "192.0.2.1") for eid in eids]
        cls.etr.sendto(map_register(cls.nonce, *records), cls.server.listen[0])

    def register(self, *eids):
        self.send_register(*eids)
        self.etr.recv(65536)

    def test_all_are_listed_once_and_in_order(self):
        self.assertEqual(eids_of(self.server, "registrations"), ALL)

    def test_sites_count_them_all(self):
        (site,) = self.server.status("sites")
        self.assertEqual([(each["eid"], each["registered"]) for each in site["eids"]],
                         [("10.0.0.0/8", EIDS), ("10.0.1.0/24", 128), ("11.0.0.0/8", 0)])

    def test_text_says_the_same(self):
        done = ask(self.server, "mapserverd", "registrations")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        lines = done.stdout.splitlines()
        self.assertEqual([line.split()[-1] for line in lines if line.startswith("eid ")], ALL)

    def test_what_is_within_a_prefix(self):
        for prefix, expected in (("10.0.1.0/24", ALL[128:256]), ("10.0.1.2/32", ALL[129:130]),
                                 ("10.0.1.2", ALL[129:130]), ("10.0.1.3/32", []),
                                 ("10.0.0.0/22", ALL[:512]), ("11.0.0.0/8", []),
                                 ("[1]10.0.0.0/8", []), ("::/0", [])):
            self.assertEqual(eids_of(self.server, "registrations", prefix), expected, prefix)

    def test_what_is_no_argument_is_refused(self):
        for words, why in ((("registrations", "10.0.0.0/33"), "'10.0.0.0/33' is no EID-prefix"),
                           (("sites", "10.0.0.0/8"), "'sites' takes no '10.0.0.0/8'"),
                           (("status", "10.0.0.0/8"), "'status' takes no '10.0.0.0/8'")):
            done = ask(self.server, "mapserverd", *words)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stderr, f"lisp-status: lisp-mapserverd: {why}\n")

    def test_is_made_while_it_is_read_and_the_server_goes_on(self):
        reader = Reader(self.server, b"query registrations json\n")
        self.addCleanup(reader.close)
        answer = reader.message()
        last = "10.255.255.255/32"
        self.register(last)  # answered, although nobody reads on
        self.addCleanup(self.withdraw, last)
        answer += reader.rest()
        listed = [json.loads(line)["eid"] for line in answer.splitlines()]
        self.assertEqual(listed, ALL + [last])

    def withdraw(self, eid):
        type(self).nonce += 1
        self.etr.sendto(map_register(self.nonce, record(eid, ttl=0)), self.server.listen[0])
        self.etr.recv(65536)

    def test_readers_that_are_gone_or_do_not_read_keep_nobody_waiting(self):
        for _ in range(8):
            reader = Reader(self.server, b"query registrations\n")
            reader.message()
            reader.close()
        silent = [Reader(self.server, b"query registrations\n") for _ in range(8)]
        for reader in silent:
            self.addCleanup(reader.close)
        self.assertEqual(eids_of(self.server, "registrations", "10.0.1.0/24"), ALL[128:256])

    def test_a_reader_that_takes_the_first_page_only_is_no_error_to_the_server(self):
        command = [os.path.join(BINDIR, "lisp-status"), "--run", self.server.run, "mapserverd",
                   "registrations"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as status:
            self.assertEqual(status.stdout.readline().split()[-1], ALL[0].encode())
            status.stdout.close()
            self.assertNotEqual(status.wait(PATIENCE), 0)
        self.assertEqual(len(eids_of(self.server, "registrations", "10.0.1.0/24")), 128)


class Site(unittest.TestCase):
    """The EIDs of a site, which its daemons list."""

    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.config = os.path.join(directory.name, "lisp.conf")
        write_secret(self.config, "@MAPSERVER\n127.0.0.1 key port=9\n" + "".join(
            f"@EID\n{eid} 1440 1\n192.0.2.1 1 100 0\n" for eid in ALL))

    def start(self, name, *words):
        if not os.path.exists(os.path.join(BINDIR, name)):
            self.skipTest(name + " is not built")
        daemon = Daemon(BINDIR, name, ["-f", self.config, *words])
        self.addCleanup(daemon.stop)
        return daemon

    def expect_all(self, daemon):
        self.assertEqual(eids_of(daemon, "eids", "0.0.0.0/0"), ALL)
        self.assertEqual(eids_of(daemon, "eids", "10.0.1.0/24"), ALL[128:256])
        self.assertEqual(eids_of(daemon, "eids", "11.0.0.0/8"), [])

    def test_replyd(self):
        self.expect_all(self.start("lisp-replyd", "-l", "127.0.0.1:0"))

    def test_registerd(self):
        self.expect_all(self.start("lisp-registerd", "--source", "127.0.0.1"))


if __name__ == "__main__":
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
