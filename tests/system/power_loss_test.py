#!/usr/bin/env python3
"""The power is cut: lisp.conf is the old one or the new one, and the new one once that was told; no
Map-Register has had a nonce that is not below the one that the disk has kept; a Map-Server has kept
each one that it has acknowledged.

usage: power_loss_test.py BINDIR SHIM [unittest arguments]

LISP_SAVES says how often lisp.conf is saved, 25 times unless set.
"""

import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, write_secret  # noqa: E402
import packets  # noqa: E402
from power_loss import Content, Disk, Lost, Unseen, check, record  # noqa: E402
from registerd_test import EIDS, MapServer, Register  # noqa: E402

BIN, SHIM = "", ""
SAVES = int(os.environ.get("LISP_SAVES", "25"))
EID, RLOC = "10.0.0.7/32", "192.0.2.1"

BEFORE = ("# a site\n@EID\n10.0.0.7 32 60 1\n%s\t\t" % RLOC).encode()
AFTER = b"\t100 1 # moves\n" + b"# another line of a comment\n" * 200

# Programs that save lisp.conf with the words 0, 1... in turn, and tell so. DIR, FILE and NEW are
# names, `data` is what is written.
SAVER = """
import os, sys
DIR, FILE, NEW = ".", "lisp.conf", ".lisp.conf.new"

def sync_directory():
    directory = os.open(DIR, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(directory)
    os.close(directory)

for number in range(3):
    data = b"%d " % number * 1000
{steps}
    os.write(1, b"%d\\n" % number)
"""

GOOD = """\
file = os.open(NEW, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o640)
os.write(file, data)
os.fsync(file)
os.close(file)
os.rename(NEW, FILE)
sync_directory()
"""

# Each leads to the same file in another way, by functions that GOOD does without.
AS_GOOD = {
    "in parts": GOOD.replace("os.write(file, data)", "os.pwrite(file, data[7:], 7)\n"
                             "os.writev(file, [data[:3], data[3:7]])\nos.fdatasync(file)"),
    "cut to its size": GOOD.replace("os.write(file, data)", "os.write(file, data + data)\n"
                                    "os.ftruncate(file, len(data))"),
    "cut by its name": GOOD.replace("os.write(file, data)", "os.write(file, data + data)\n"
                                    "os.truncate(NEW, len(data))"),
    "linked": GOOD.replace("os.rename(NEW, FILE)", "os.link(NEW, 'third')\nos.unlink(NEW)\n"
                           "os.rename('third', FILE)"),
    "in a directory": GOOD.replace("os.rename(NEW, FILE)", """\
directory = os.open(DIR, os.O_RDONLY)
os.rename(NEW, FILE, src_dir_fd=directory, dst_dir_fd=directory)
os.close(directory)"""),
    "moved over an empty one": "os.close(os.open(NEW, os.O_CREAT | os.O_WRONLY, 0o640))\n" +
                               GOOD.replace("os.O_EXCL", "os.O_TRUNC"),
}

BAD = {
    "not synced": GOOD.replace("os.fsync(file)\n", ""),
    "synced before it is written": GOOD.replace("os.fsync(file)\n", "").replace(
        "os.write(", "os.fsync(file)\nos.write("),
    "synced after the renaming": GOOD.replace("os.fsync(file)\nos.close(file)\n", "").replace(
        "sync_directory()\n", "os.fsync(file)\nos.close(file)\nsync_directory()\n"),
    "directory not synced": GOOD.replace("sync_directory()\n", ""),
    "directory synced before the renaming": GOOD.replace("sync_directory()\n", "").replace(
        "os.rename", "sync_directory()\nos.rename"),
    "removed first": GOOD.replace("os.rename(", "if number: os.unlink(FILE)\nos.rename("),
    "in place": """\
file = os.open(FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
os.write(file, data)
os.fsync(file)
os.close(file)
sync_directory()
""",
    "open to others for a while": GOOD.replace("0o640", "0o666").replace(
        "sync_directory()", "sync_directory()\nfile = os.open(FILE, os.O_RDONLY)\n"
        "os.fchmod(file, 0o640)\nos.fsync(file)\nos.close(file)"),
}


def priority_in(content):
    """None where that is no whole lisp.conf."""
    found = re.match(rb"[0-9]+", content.octets[len(BEFORE):])
    whole = found and content == Content(BEFORE + found[0] + AFTER, 0o640)
    return int(found[0]) if whole else None


class PowerLoss(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.scratch = scratch.name
        self.directory = os.path.join(scratch.name, "kept")
        self.log = os.path.join(scratch.name, "log")
        os.mkdir(self.directory)

    def record(self, *command, settings=(), **options):
        return record(SHIM, self.directory, self.log, command, settings, **options)


class Checking(PowerLoss):
    """The checking itself, with programs of which it is known what they do."""

    def check(self, steps):
        disk = Disk.of(self.directory)
        indented = "".join("    " + line + "\n" for line in steps.splitlines())
        with self.record(sys.executable, "-c", SAVER.format(steps=indented), cwd=self.directory,
                         stdout=subprocess.DEVNULL) as saver:
            self.assertEqual(saver.wait(PATIENCE), 0)

        def is_right(names, said):
            told = len(said.told.split())
            right = [Content(b"%d " % number * 1000, 0o640) for number in (told - 1, told)]
            return names.get("lisp.conf") in (right[told == 0:] + [None] * (told == 0))

        return check(self.log, disk, self.directory, is_right)

    def test_what_is_safe_is_found_safe(self):
        for name, steps in {"plain": GOOD, **AS_GOOD}.items():
            with self.subTest(name):
                self.setUp()
                self.assertGreater(self.check(steps), 30)

    def test_what_is_not_is_found_out(self):
        for name, steps in BAD.items():
            with self.subTest(name):
                self.setUp()
                self.assertRaises(Lost, self.check, steps)

    def test_what_is_not_recorded_is_noticed(self):
        for name, steps in {
                "library": GOOD.replace(
                    "os.write(file, data)", "import ctypes\nlibc = ctypes.CDLL(None)\n"
                    "libc.dprintf(file, data)"),
                "memory": GOOD.replace("os.O_WRONLY", "os.O_RDWR").replace(
                    "os.write(file, data)",
                    "import mmap\nos.ftruncate(file, len(data))\n"
                    "mmap.mmap(file, len(data))[:] = data"),
                "other directory": GOOD.replace("os.rename(", "os.rename(NEW, '../' + NEW)\n"
                                                "os.rename('../' + ")}.items():
            with self.subTest(name):
                self.setUp()
                self.assertRaises((Unseen, Lost), self.check, steps)


class SavingLispConf(PowerLoss):
    def save(self, settings=()):
        """lisp.conf is saved SAVES times and told, and perhaps once more; what was checked."""
        self.path = os.path.join(self.directory, "lisp.conf")
        with open(self.path, "wb") as file:
            file.write(BEFORE + b"255" + AFTER)
        os.chmod(self.path, 0o640)
        disk = Disk.of(self.directory)
        with self.record(os.path.join(BIN, "site_saver"), self.path, EID, RLOC,
                         settings=settings, stdout=subprocess.PIPE) as saver:
            for _ in range(SAVES):
                self.assertTrue(saver.stdout.readline())
        self.left = {}

        def is_right(names, said):
            told = len(said.told.split())
            priority = priority_in(names.get("lisp.conf", Content()))
            self.left[frozenset(names), priority == told % 256] = names
            return priority in ((told - 1) % 256, told % 256)

        count = check(self.log, disk, self.directory, is_right)
        self.assertGreater(count, 10 * SAVES)
        return count

    def test_the_file_is_old_or_new_and_new_once_told(self):
        count = self.save()
        # The old file and the new one, each with and without a temporary one; the new one never
        # with one where the file system cannot exchange names.
        self.assertIn(len(self.left), (3, 4))
        for names in self.left.values():
            self.saves_again(names)
        print("lisp.conf saved %d times: %d things that a power cut may leave" % (SAVES, count))

    def saves_again(self, names):
        for name, content in names.items():
            path = os.path.join(self.directory, name)
            with open(path, "wb") as file:
                file.write(content.octets)
            os.chmod(path, content.mode)
        subprocess.run([os.path.join(BIN, "site_saver"), self.path, EID, RLOC, "1"], check=True,
                       stdout=subprocess.DEVNULL, timeout=PATIENCE)
        with open(self.path, "rb") as file:
            self.assertEqual(file.read(), BEFORE + b"0" + AFTER)
        self.assertEqual(os.listdir(self.directory), ["lisp.conf"])

    def test_without_a_sync_it_is_not(self):
        for omitted in "sync", "sync-directory":
            with self.subTest(omitted):
                self.setUp()
                self.assertRaises(Lost, self.save, {"LISP_POWER_OMIT": omitted}.items())


class Nonces(PowerLoss):
    def setUp(self):
        super().setUp()
        self.server = MapServer("key")
        self.addCleanup(self.server.close)
        self.config = write_secret(os.path.join(self.scratch, "lisp.conf"),
                                   "@MAPSERVER\n" + self.server.line() + EIDS)

    def command(self, *args):
        return [os.path.join(BIN, "lisp-registerd"), "-f", self.config, "--run",
                os.path.join(self.scratch, "run"), "--state",
                os.path.join(self.directory, "state"), *args]

    def once(self, settings=()):
        with self.record(*self.command("--once"), settings=settings, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL) as registerd:
            self.assertEqual(registerd.wait(PATIENCE), 0)

    def running(self, settings):
        """A daemon that is asked to register again and again, its clock hours ahead each time."""
        with self.record(*self.command(), settings=settings, stderr=subprocess.PIPE,
                         text=True) as registerd:
            while "acknowledged" not in registerd.stderr.readline():
                pass
            for _ in range(5):
                subprocess.run(self.command("--once"), stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, check=True, timeout=PATIENCE)
            registerd.terminate()
            self.assertEqual(registerd.wait(PATIENCE), 0)

    def nonces(self, said):
        return [Register(octets, None).nonce for octets in said.sent if octets[0] >> 4 == 3]

    def check(self, settings=()):
        disk = Disk.of(self.directory)
        self.once(settings)
        self.once({"LISP_POWER_LEAP": "3600", **dict(settings)}.items())
        self.running({"LISP_POWER_LEAP": "3600", **dict(settings)}.items())
        self.left = {}

        def is_right(names, said):
            nonces = self.nonces(said)
            content = names.get("state/nonce")
            if content is None:
                return not nonces
            line = re.fullmatch(rb"([0-9]+)\n", content.octets)
            last = max(nonces, default=0)
            self.left[content] = max(last, self.left.get(content, 0))
            return line and content.mode == 0o600 and (not nonces or int(line[1]) > last)

        count = check(self.log, disk, self.directory, is_right)
        self.assertGreater(len(self.left), 7)  # or the nonces were never near their ceiling
        return count

    def test_what_was_sent_is_below_what_is_kept(self):
        count = self.check()
        for content, last in list(self.left.items())[-2:]:
            self.begins_above(last, content)
        print("%d nonces saved: %d things that a power cut may leave" % (len(self.left), count))

    def begins_above(self, last, content):
        """The clock has not come as far as those nonces."""
        while not self.server.registers.empty():
            self.server.next()
        with open(os.path.join(self.directory, "state", "nonce"), "wb") as file:
            file.write(content.octets)
        subprocess.run(self.command("--once"), check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=PATIENCE)
        self.assertGreater(self.server.next().nonce, last)

    def test_without_a_sync_it_is_not(self):
        for omitted in "sync", "sync-directory":
            with self.subTest(omitted):
                self.setUp()
                self.assertRaises(Lost, self.check, {"LISP_POWER_OMIT": omitted}.items())


class Registrations(PowerLoss):
    """What lisp-mapserverd has acknowledged, with snapshots taken in between."""

    def register(self, number):
        return packets.map_register(number, packets.record(f"10.0.0.{number}/32", "192.0.2.1"))

    def serve(self, settings=()):
        config = write_secret(os.path.join(self.scratch, "mapserver.conf"),
                              "@SITE one\nkey key\neid 10.0.0.0/8 more-specifics=yes\n")
        state = os.path.join(self.directory, "state")
        command = [os.path.join(BIN, "lisp-mapserverd"), "-l", "127.0.0.1:0", "-f", config, "--run",
                   os.path.join(self.scratch, "run"), "--state", state]
        with self.record(*command, settings=settings, stderr=subprocess.PIPE, text=True) as server, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as etr:
            etr.settimeout(PATIENCE)
            line = server.stderr.readline()
            while "ready" not in line:
                self.assertTrue(line)
                line = server.stderr.readline()
            address = ("127.0.0.1", int(line.rpartition(":")[2]))
            for number in range(1, 31):
                if number % 10 == 0:
                    server.send_signal(signal.SIGHUP)
                etr.sendto(self.register(number), address)
                self.assertEqual(etr.recv(65536)[4:12], number.to_bytes(8, "big"))
            server.terminate()
            self.assertEqual(server.wait(PATIENCE), 0)

    def frames(self, octets, kind):
        """The octets of each frame that is whole."""
        if octets[:8] != kind:
            return
        number, at = octets[8:16], 16
        while at + 16 <= len(octets):
            length, check = struct.unpack_from("!II", octets, at)
            body = octets[at + 8:at + 8 + length]
            if length < 8 or len(body) < length or zlib.crc32(body, zlib.crc32(number)) != check:
                return
            yield body[8:]
            at += 8 + length

    def kept(self, names):
        """The numbers of those that are kept, and the highest nonce."""
        snapshot = names.get("state/registrations", Content()).octets
        first = int.from_bytes(snapshot[8:16], "big")
        parts = list(self.frames(snapshot, b"lispsnap"))
        self.assertEqual(parts[-1:], [b""] if snapshot else [])
        for path, content in names.items():
            if ".log." in path and int(path.rpartition(".")[2]) >= first:
                parts += self.frames(content.octets, b"lisp-log")
        found = b"".join(parts)
        eids = {int(last[0]) for last in re.findall(rb"\x00\x01\x0a\x00\x00(.)", found, re.DOTALL)}
        # After the mark of the key, flags and two addresses with their ports.
        nonces = [part[1 + 24 + 1 + 2 * (2 + 4 + 2):][:8] for part in parts if part[:1] == b"\1"]
        nonces += [part[5 + 24 + 1 + 2 * (2 + 4 + 2):][:8] for part in parts if part[:1] == b"\2"]
        return eids, max((int.from_bytes(nonce, "big") for nonce in nonces), default=0)

    def check(self, settings=()):
        disk = Disk.of(self.directory)
        self.serve(settings)
        self.snapshots = set()

        def is_right(names, said):
            acknowledged = [int.from_bytes(octets[4:12], "big") for octets in said.sent
                            if octets[0] >> 4 == 4]
            if any(content and content.mode & 0o177 for content in names.values()):
                return False
            if not acknowledged:
                return True
            eids, highest = self.kept(names)
            self.snapshots.add(names.get("state/registrations"))
            return eids >= set(acknowledged) and highest >= max(acknowledged)

        count = check(self.log, disk, self.directory, is_right)
        self.assertGreater(len(self.snapshots), 1)  # or none was ever made
        return count

    def test_what_was_acknowledged_is_kept(self):
        print("30 registers: %d things that a power cut may leave" % self.check())

    def test_without_a_sync_it_is_not(self):
        for omitted in "sync", "sync-directory":
            with self.subTest(omitted):
                self.setUp()
                self.assertRaises(Lost, self.check, {"LISP_POWER_OMIT": omitted}.items())


if __name__ == "__main__":
    BIN, SHIM = sys.argv.pop(1), sys.argv.pop(1)
    unittest.main()
