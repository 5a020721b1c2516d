#!/usr/bin/env python3
"""Kill -9 while lisp.conf is edited: the file is the old one or the new one, and never older than
what was told to be saved.

usage: killing_test.py BINDIR

LISP_KILLS says how many, 200 unless set.
"""

import os
import random
import re
import select
import subprocess
import sys
import tempfile
import time
import unittest

BIN = sys.argv.pop(1)
KILLS = int(os.environ.get("LISP_KILLS", "200"))
EID, RLOC = "10.0.0.7/32", "192.0.2.1"


# Large, so that writing takes most of the time, and quickly read.
BEFORE = ("# a site\n@EID\n10.0.0.7 32 60 1\n%s\t\t" % RLOC).encode()
AFTER = b"\t100 1 # moves\n" + (b"#" * 1000 + b"\n") * 1000 + b"# the end"


def text(priority):
    return b"%s%d%s" % (BEFORE, priority, AFTER)


def priority_in(octets):
    """None where that is no whole file."""
    found = re.match(rb"[0-9]+", octets[len(BEFORE):])
    return int(found[0]) if found and octets == text(int(found[0])) else None


class Killing(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        self.path = os.path.join(scratch.name, "lisp.conf")

    def write(self, octets):
        with open(self.path, "wb") as file:
            file.write(octets)
        os.chmod(self.path, 0o640)

    def killed(self, delay):
        """What the program had told when it was killed, so long after its first word."""
        program = subprocess.Popen([os.path.join(BIN, "site_saver"), self.path, EID, RLOC],
                                   stdout=subprocess.PIPE)
        with program:
            told = os.read(program.stdout.fileno(), 65536)
            end = time.monotonic() + delay
            while select.select([program.stdout], [], [], max(0, end - time.monotonic()))[0]:
                told += os.read(program.stdout.fileno(), 65536)
                if program.poll() is not None:
                    break
            program.kill()
            told += program.stdout.read()
        self.assertEqual(program.returncode, -9, told)
        return [int(line) for line in told.split()]

    def test_the_file_is_old_or_new(self):
        chance = random.Random(4342)
        self.write(text(255))
        strays = between = 0
        for number in range(KILLS):
            told = self.killed(chance.uniform(0, 0.02))
            with open(self.path, "rb") as file:
                priority = priority_in(file.read())
            self.assertIsNotNone(priority, "kill %d left no whole file" % number)
            last = told[-1]
            self.assertIn(priority, (last, (last + 1) % 256), "kill %d" % number)
            between += priority != last
            self.assertEqual(os.stat(self.path).st_mode & 0o7777, 0o640)
            names = sorted(os.listdir(self.folder))
            self.assertIn(names, (["lisp.conf"], [".lisp.conf.new", "lisp.conf"]))
            strays += len(names) > 1
        # Or the kills all came at the same place.
        self.assertGreater(strays, 0)
        print("%d kills: %d left a temporary file, %d came between saving and telling"
              % (KILLS, strays, between))


if __name__ == "__main__":
    unittest.main()
