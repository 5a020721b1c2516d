#!/usr/bin/env python3
"""An edit of one priority in a file of 100,000 EIDs: each Map-Server gets one Map-Register, with
that EID alone.

    large_site_test.py BINDIR [unittest arguments]
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import Daemon, write_secret  # noqa: E402
from registerd_test import MapServer, Register  # noqa: E402

BINDIR = ""
COUNT = 100_000
RLOC = "192.0.2.1"


def eid(number):
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


class Unread(Register):
    """Its records are taken apart when they are asked for: to do so with all of them takes longer
    than the daemon waits for an answer."""

    def _eids(self):
        return []

    def read(self):
        return Register(self.octets, self.source)


class LargeMapServer(MapServer):
    taken_apart = Unread

    def next(self):
        return super().next().read()


class LargeSite(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="large-site-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.servers = [LargeMapServer("one"), LargeMapServer("two", address="127.0.0.2"),
                        LargeMapServer("six", address="::1", family=socket.AF_INET6)]
        for server in self.servers:
            self.addCleanup(server.close)
        words = ["alg=sha1", "alg=sha256 key-id=1", "alg=sha256"]
        lines = [server.line(words=word) for server, word in zip(self.servers, words)]
        lines += [f"\n@EID\n{eid(i)} 32 60 1\n{RLOC} 1 100 1\n" for i in range(COUNT)]
        self.path = write_secret(os.path.join(self.directory, "lisp.conf"),
                                 "@MAPSERVER\n" + "".join(lines))

    def edit(self, number, priority):
        name = eid(number).replace(".", r"\.")
        subprocess.run(["sed", "-i", f"/^{name} /,/^$/s/^{RLOC} [0-9]* /{RLOC} {priority} /",
                        self.path], check=True)

    def test_edit_of_one_priority_is_one_register_with_that_eid_alone(self):
        # Nothing is repeated meanwhile, and the file is registered in few, large registers.
        daemon = Daemon(BINDIR, "lisp-registerd", ["-f", self.path, "--interval", "3600", "--mtu",
                                                   "8192"], self.directory)
        self.addCleanup(daemon.stop)
        for server in self.servers:
            daemon.wait_for(rf"[:\]]{server.port} acknowledged {COUNT}/{COUNT}")
        # What was sent twice because an answer was late comes before what an edit leads to.
        self.edit(0, 2)
        for server in self.servers:
            while server.next().eids != [eid(0) + "/32"]:
                pass
        # Each edit shows that the one before led to nothing more.
        for number, priority in (COUNT // 2, 7), (COUNT - 1, 254):
            self.edit(number, priority)
            for server in self.servers:
                register = server.next()
                self.assertEqual(register.priorities, {(eid(number) + "/32", RLOC): priority})
                self.assertTrue(register.is_authentic(server.key))
        self.assertEqual([server.registers.qsize() for server in self.servers], [0, 0, 0])


if __name__ == "__main__":
    BINDIR = sys.argv.pop(1)
    unittest.main()
