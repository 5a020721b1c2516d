#!/usr/bin/env python3
"""An EID moves between two sites: real daemons, a Map-Server, and ITRs and hypervisors that are
none of the project's own code.

    python3 mobility_test.py BINDIR [unittest arguments]

Runs in a network namespace of its own, as all xTRs use the control port. Status 77 where that
cannot be made.
"""

import hmac
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import own_network  # noqa: E402
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402
from packets import CONTROL, address, map_request, prefix_of  # noqa: E402

BINDIR = ""
EID = "203.0.113.7/32"
HERE, THERE, ITR, PROXY, HYPERVISOR, SERVER = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5",
                                               "127.0.0.6", "127.0.0.9")
DONE, NO_CHANGE, DEGRADED, NO_SUCH_EID = 0, 1, 2, 16

SITE = """# The site at {own}: do not touch.
@MAPSERVER
{server} akey alg=sha256	# ours

@EID
{eid} 60 1	# the VM
{here}	255	1	{here_local}	# rack 7
{there}	1	1	{there_local}	# elsewhere

@HYPERVISOR
127.0.0.0/24 hypervisor-key
@XTR
{other} xtr-key
@PITR
127.0.0.5
"""


def cpm(nonce, eid=EID, flags=0, addresses=(), key=b"hypervisor-key"):
    """As the users' guide draws it, with HMAC-SHA-256."""
    mask, value = prefix_of(eid)
    head = struct.pack("!IQHH", 0x50 << 24 | flags << 24 | len(addresses), nonce, 2, 32)
    body = struct.pack("!H", mask) + value + b"".join(map(address, addresses))
    return head + hmac.digest(key, head + bytes(32) + body, "sha256") + body


def udp_socket(own, port=0):
    it = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    it.bind((own, port))
    it.settimeout(PATIENCE)
    return it


class Site:
    def __init__(self, test, own, other):
        self.own = own
        self.directory = tempfile.mkdtemp(prefix="site-")
        test.addCleanup(shutil.rmtree, self.directory, True)
        here = own == HERE
        self.original = SITE.format(
            own=own, other=other, eid=EID, server=SERVER, here=HERE, there=THERE,
            here_local=int(here), there_local=int(not here))
        self.path = write_secret(os.path.join(self.directory, "lisp.conf"), self.original)
        self.registerd = Daemon(BINDIR, "lisp-registerd", ["-f", self.path], self.directory)
        test.addCleanup(self.registerd.stop)
        self.replyd = Daemon(BINDIR, "lisp-replyd", ["-l", own, "-f", self.path, "-v"],
                             self.directory)
        test.addCleanup(self.replyd.stop)

    def text(self):
        with open(self.path, encoding="ascii") as file:
            return file.read()

    def priorities(self):
        words = [line.split() for line in self.text().splitlines()]
        return {each[0]: int(each[1]) for each in words if len(each) > 3 and each[0] in (HERE, THERE)}

    def counters(self):
        return self.replyd.status("counters")[0]


class Mobility(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        config = write_secret(os.path.join(scratch.name, "mapserver.conf"),
                              "@SITE all\nkey akey\neid 203.0.113.0/24 more-specifics=yes\n"
                              "eid 10.1.0.0/16 more-specifics=yes\n")
        self.server = Daemon(BINDIR, "lisp-mapserverd", ["-l", SERVER, "-f", config], scratch.name)
        self.addCleanup(self.server.stop)
        self.itr, self.proxy = udp_socket(ITR, CONTROL), udp_socket(PROXY, CONTROL)
        self.hypervisor = udp_socket(HYPERVISOR)
        for each in (self.itr, self.proxy, self.hypervisor):
            self.addCleanup(each.close)
        # The EID is at the site called THERE.
        self.there = Site(self, THERE, HERE)
        self.here = Site(self, HERE, THERE)
        self.there.registerd.wait_for("acknowledged 1/1")

    def ask(self, nonce=7, of=THERE):
        """The priorities in a Map-Reply of the xTR, by RLOC."""
        self.itr.sendto(map_request(nonce, EID, ITR), (of, CONTROL))
        while True:
            reply = self.itr.recv(2000)
            if reply[0] >> 4 == 2 and reply[4:12] == struct.pack("!Q", nonce):
                break
        count, at, found = reply[16], 28, {}
        for _ in range(count):
            found[socket.inet_ntoa(reply[at + 8:at + 12])] = reply[at]
            at += 12
        return found

    def tell(self, message, to=HERE):
        """The code of the acknowledgement, which has to be authentic."""
        self.hypervisor.sendto(message, (to, CONTROL))
        answer, source = self.hypervisor.recvfrom(2000)
        self.assertEqual(source, (to, CONTROL))
        self.assertEqual(answer[0], 0x51)
        self.assertEqual(answer[4:12], message[4:12])
        zeroed = answer[:16] + bytes(32) + answer[48:]
        self.assertEqual(answer[16:48], hmac.digest(b"hypervisor-key", zeroed, "sha256"))
        return answer[2]

    def check_smr(self, where, rloc=HERE):
        smr, source = where.recvfrom(2000)
        self.assertEqual(source, (rloc, CONTROL))
        # Type 1, S, D, one ITR-RLOC and one record; the EID is its source EID as well.
        self.assertEqual(smr[:4].hex(), "11002001")
        self.assertEqual(smr[12:], address("203.0.113.7") + address(rloc) + bytes([0, 32]) +
                         address("203.0.113.7"))

    def registered_rloc(self):
        """Of the lowest priority, at the Map-Server."""
        rows = [each for each in self.server.status("registrations") if each["eid"] == EID]
        best = [min(each["locators"], key=lambda one: one["priority"])["rloc"] for each in rows]
        return best

    def test_C097_the_whole_story(self):
        self.assertEqual(self.ask(), {HERE: 255, THERE: 1})  # this ITR has the mapping now
        self.assertEqual(self.tell(cpm(time.time_ns())), DONE)
        # The file is saved before: two priorities are all that has changed, comments stay.
        self.assertEqual(self.here.text(), self.here.original.replace(
            f"{HERE}\t255", f"{HERE}\t1").replace(f"{THERE}\t1\t", f"{THERE}\t255\t"))
        self.assertEqual(self.ask(8, HERE), {HERE: 1, THERE: 255})
        # Where it was they know by N, and tell by R who has asked there: both get an SMR.
        self.there.replyd.wait_for("has left")
        self.assertEqual(self.there.priorities(), {HERE: 1, THERE: 255})
        self.check_smr(self.proxy)
        self.check_smr(self.itr)
        self.assertEqual(self.ask(9, THERE), {HERE: 1, THERE: 255})
        # No SMR leaves before a Map-Server has it.
        self.assertIn(HERE, self.registered_rloc())
        self.assertEqual(self.here.counters()["moves-done"], 1)

    def test_there_and_back(self):
        for number in range(6):
            to, site = ((HERE, self.here), (THERE, self.there))[number % 2]
            self.assertEqual(self.tell(cpm(time.time_ns()), to), DONE, number)
            self.assertEqual(site.priorities()[to], 1)
            other = (self.there, self.here)[number % 2]
            other.replyd.wait_for("sent .*acknowledgement", len(other.replyd.stderr) // 2)
            while other.priorities()[to] != 1:
                other.replyd.wait_for("has left")
        self.assertEqual(self.here.counters()["moves-conflicts"], 0)

    def test_C094_C095_C096_what_is_refused(self):
        nonce = time.time_ns()
        before = self.here.text()
        forged = cpm(nonce, key=b"another")
        self.hypervisor.sendto(forged, (HERE, CONTROL))
        flipped = bytearray(cpm(nonce))
        flipped[-1] ^= 1
        self.hypervisor.sendto(flipped, (HERE, CONTROL))
        self.assertEqual(self.tell(cpm(nonce, "203.0.113.8/32")), NO_SUCH_EID)
        self.assertEqual(self.here.text(), before)
        message = cpm(nonce + 1)
        self.assertEqual(self.tell(message), DONE)
        saved = os.stat(self.here.path)
        self.assertEqual(self.tell(message), DONE)  # again, without effect
        self.assertEqual(self.tell(cpm(nonce + 2)), NO_CHANGE)
        self.hypervisor.sendto(cpm(nonce), (HERE, CONTROL))  # replayed: silence
        self.assertEqual(self.tell(cpm(nonce + 3)), NO_CHANGE)
        self.assertEqual(os.stat(self.here.path), saved)
        counters = self.here.counters()
        self.assertEqual(counters["moves-bad-authentication"], 2)
        self.assertGreaterEqual(counters["moves-duplicates"], 1)
        self.assertEqual(counters["moves-replayed"], 1)

    def test_a_file_that_cannot_be_written(self):
        pid = self.here.replyd.process.pid
        subprocess.run(["prlimit", f"--pid={pid}", "--fsize=10:"], check=True)
        self.assertEqual(self.tell(cpm(time.time_ns())), DEGRADED)
        self.assertEqual(self.ask(8, HERE), {HERE: 1, THERE: 255})
        self.assertEqual(self.here.text(), self.here.original)
        self.there.replyd.wait_for("has left")
        subprocess.run(["prlimit", f"--pid={pid}", "--fsize=unlimited:"], check=True)
        deadline = time.monotonic() + PATIENCE
        while self.here.text() == self.here.original:
            self.assertLess(time.monotonic(), deadline)
            self.tell(cpm(time.time_ns()))
        self.assertEqual(self.here.priorities(), {HERE: 1, THERE: 255})

    def test_an_editor_with_the_old_text(self):
        self.assertEqual(self.tell(cpm(time.time_ns())), DONE)
        start = len(self.here.replyd.stderr)
        with open(self.here.path, "w", encoding="ascii") as file:
            file.write(self.here.original)
        self.here.replyd.wait_for("has moved of late", start)
        # The save is done when a message after it is answered.
        self.tell(cpm(time.time_ns()))
        self.assertEqual(self.here.priorities(), {HERE: 1, THERE: 255})
        self.assertEqual(self.ask(8, HERE), {HERE: 1, THERE: 255})

    def test_many_at_once_share_saves(self):
        count = 1000
        text = self.here.original + "".join(
            f"@EID\n10.1.{number >> 8}.{number & 255}/32 60 1\n{HERE} 255 1 1\n{THERE} 1 1 0\n"
            for number in range(count))
        with open(self.here.path, "w", encoding="ascii") as file:
            file.write(text)
        self.here.replyd.reload("reloaded|$")
        key = write_secret(os.path.join(self.here.directory, "key"), "hypervisor-key\n")
        eids = [f"10.1.{number >> 8}.{number & 255}" for number in range(count)]
        done = subprocess.run([os.path.join(BINDIR, "lisp-cpm-send"), "-x", HERE, "-k", key, "-d",
                               "15000", "-r", "8", *eids],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        counters = self.here.counters()
        self.assertEqual(counters["moves-done"], count)
        self.assertNotIn("10.1.3.231/32 60 1\n127.0.0.2 255", self.here.text())
        self.here.registerd.wait_for(f"acknowledged {count}/{count}")

    def tearDown(self):
        for site in (self.here, self.there):
            self.assertIsNone(site.replyd.process.poll())


if __name__ == "__main__":
    own_network.enter()
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
