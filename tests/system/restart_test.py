#!/usr/bin/env python3
"""Kill -9 of lisp-mapserverd while it takes Map-Registers: every acknowledged one is there again,
and captured ones are refused.

usage: restart_test.py BINDIR [unittest arguments]

LISP_REGISTRATIONS says how many, 5000 unless set, LISP_FLOOD how many mutated packets.
"""

import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402
from packets import encapsulated, map_register, map_request, record, signed, udp  # noqa: E402

BINDIR = ""
FLOOD = int(os.environ.get("LISP_FLOOD", "10000"))  # mutated packets
REGISTRATIONS = int(os.environ.get("LISP_REGISTRATIONS", "5000"))
WINDOW = 200  # registers that are not acknowledged yet
SITES = "@SITE one\nkey key\neid 10.0.0.0/8 more-specifics=yes\n"


def eid(number):
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def register(number, nonce=None, rlocs=("192.0.2.1",)):
    return map_register(nonce or 1000 + number, record(eid(number) + "/32", *rlocs))


class Restarting(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.directory = scratch.name
        self.state = os.path.join(scratch.name, "state")
        self.config = write_secret(os.path.join(scratch.name, "mapserver.conf"), SITES)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(PATIENCE)
        self.start()

    def start(self):
        self.server = Daemon(BINDIR, "lisp-mapserverd", ["-l", "127.0.0.1:0", "-f", self.config],
                             self.directory)
        self.addCleanup(self.server.stop)
        self.address = self.server.listen[0]

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()
        self.server.stop()

    def send(self, octets):
        self.socket.sendto(octets, self.address)

    def acknowledged(self, octets):
        self.send(octets)
        answer = self.socket.recv(65536)
        self.assertEqual(answer[0] >> 4, 4)
        self.assertEqual(answer[4:12], octets[4:12])

    def take(self, nonces):
        """The Map-Notifies that have come."""
        while select.select([self.socket], [], [], 0)[0]:
            nonces.add(struct.unpack("!Q", self.socket.recv(65536)[4:12])[0])

    def register(self, numbers, until):
        """The nonces that were acknowledged, once they are so many."""
        nonces = set()
        for sent, number in enumerate(numbers):
            self.send(register(number))
            while sent - len(nonces) >= WINDOW:
                self.assertTrue(select.select([self.socket], [], [], PATIENCE)[0])
                self.take(nonces)
            if len(nonces) >= until:
                break
        return nonces

    def registered(self):
        return {each["eid"] for each in self.server.status("registrations")}

    def counter(self, name):
        (counters,) = self.server.status("counters")
        return counters[name]

    def log_octets(self):
        return sum(os.path.getsize(os.path.join(self.state, name))
                   for name in os.listdir(self.state) if ".log." in name)


class Killing(Restarting):
    def test_what_was_acknowledged_is_there_again(self):
        nonces = self.register(range(REGISTRATIONS), REGISTRATIONS // 2)
        self.kill()
        self.take(nonces)
        self.assertGreaterEqual(len(nonces), REGISTRATIONS // 2)
        self.start()
        registered = self.registered()
        missing = [nonce for nonce in nonces if eid(nonce - 1000) + "/32" not in registered]
        self.assertEqual(missing, [])
        # Those that came last are the hardest to keep.
        for nonce in sorted(nonces)[-50:-1]:
            self.send(register(nonce - 1000))
        last = 1000 + REGISTRATIONS
        self.acknowledged(register(0, last))
        self.assertEqual(self.counter("replayed"), min(49, len(nonces) - 1))
        print(f"{len(nonces)} acknowledged, {len(registered)} there, {self.log_octets()} octets")

    def test_while_a_snapshot_is_written(self):
        """Killed again and again, snapshots having been begun at any time."""
        nonces = set()
        parts = 10
        for part in range(parts):
            numbers = range(part * REGISTRATIONS // parts, (part + 1) * REGISTRATIONS // parts)
            first = self.register(numbers[:len(numbers) // 3], len(numbers))
            self.server.process.send_signal(signal.SIGHUP)
            second = self.register(numbers[len(numbers) // 3:], len(numbers) // (part % 3 + 2))
            self.kill()
            self.take(second)
            nonces |= first | second
            self.start()
            registered = self.registered()
            missing = [nonce for nonce in nonces if eid(nonce - 1000) + "/32" not in registered]
            self.assertEqual(missing, [])
        for nonce in sorted(nonces)[-50:-1]:
            self.send(register(nonce - 1000))
        self.acknowledged(register(0, 1000 + 2 * REGISTRATIONS))
        self.assertGreaterEqual(self.counter("replayed"), min(49, len(nonces) - 1))


class Ending(Restarting):
    def make_snapshot(self, first):
        """Its path, and the number of the next register: what is registered meanwhile takes time."""
        self.server.reload("reloaded")
        path = os.path.join(self.state, "registrations")
        for number in range(first, first + 1000):
            self.acknowledged(register(number))
            if os.path.exists(path):
                return path, number + 1
        raise AssertionError("no snapshot")

    def test_C109_replay_after_a_clean_end(self):
        self.acknowledged(register(1, 77))
        self.assertEqual(self.server.stop(), 0)
        self.start()
        (one,) = self.server.status("registrations")
        self.assertEqual(one["eid"], eid(1) + "/32")
        self.assertEqual(one["locators"][0]["rloc"], "192.0.2.1")
        self.send(register(1, 76))
        self.server.wait_for("replayed")
        # The one that was sent last may be repeated, as its Map-Notify may have been lost.
        self.acknowledged(register(1, 77))
        self.acknowledged(register(1, 78))

    def test_snapshot_takes_the_place_of_the_log(self):
        for number in range(100):
            self.acknowledged(register(number))
        before = self.log_octets()
        snapshot, count = self.make_snapshot(100)
        self.assertEqual(os.stat(snapshot).st_mode & 0o777, 0o600)
        self.kill()
        self.start()
        self.assertEqual(len(self.registered()), count)
        self.assertLess(self.log_octets(), before)

    def test_files_are_nobody_elses(self):
        self.acknowledged(register(1))
        for name in os.listdir(self.state):
            self.assertEqual(os.stat(os.path.join(self.state, name)).st_mode & 0o777, 0o600, name)
            with open(os.path.join(self.state, name), "rb") as file:
                self.assertNotIn(b"key", file.read())

    def test_one_server_a_state_directory(self):
        command = [os.path.join(BINDIR, "lisp-mapserverd"), "-l", "127.0.0.1:0", "-f",
                   self.config, "--state", self.state, "--run", os.path.join(self.directory, "r")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is used by another lisp-mapserverd", done.stderr)

    def test_torn_end_is_told_and_left_out(self):
        self.acknowledged(register(1))
        self.acknowledged(register(2))
        self.kill()
        (log,) = [name for name in os.listdir(self.state) if ".log." in name]
        with open(os.path.join(self.state, log), "ab") as file:
            file.write(bytes(100))
        self.start()
        self.server.wait_for("100 octets at the end")
        self.assertEqual(len(self.registered()), 2)

    def test_damaged_snapshot_is_refused(self):
        self.acknowledged(register(0))
        path, _ = self.make_snapshot(1)
        self.server.stop()
        with open(path, "r+b") as file:
            file.seek(40)
            octet = file.read(1)
            file.seek(40)
            file.write(bytes([octet[0] ^ 1]))
        command = [os.path.join(BINDIR, "lisp-mapserverd"), "-l", "127.0.0.1:0", "-f",
                   self.config, "--state", self.state, "--run", os.path.join(self.directory, "r")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("is damaged", done.stderr)


class FullDisk(Restarting):
    def test_nothing_is_acknowledged_that_is_not_saved(self):
        """A file may not grow any more, as on a full disk; then it may again."""
        self.acknowledged(register(0))
        size = self.log_octets()
        subprocess.run(["prlimit", f"--pid={self.server.process.pid}", f"--fsize={size}:"],
                       check=True)
        self.send(register(1))
        self.server.wait_for("cannot be saved, and are not acknowledged")
        self.assertFalse(select.select([self.socket], [], [], 0)[0])
        subprocess.run(["prlimit", f"--pid={self.server.process.pid}", "--fsize=unlimited:"],
                       check=True)
        self.server.wait_for("are saved again")
        self.acknowledged(register(2))
        self.assertEqual(self.counter("not-acknowledged"), 1)
        self.kill()
        self.start()
        self.assertEqual(len(self.registered()), 3)


class Flood(Restarting):
    """Mutated messages, many of them with the right authentication."""

    def setUp(self):
        # What AddressSanitizer keeps of what was freed is no part of the program's.
        options = os.environ.get("ASAN_OPTIONS", "")
        os.environ["ASAN_OPTIONS"] = ":".join(
            [options, "quarantine_size_mb=1", "thread_local_quarantine_size_kb=64"])
        self.addCleanup(os.environ.update, ASAN_OPTIONS=options)
        super().setUp()

    def resident(self):
        """KiB"""
        with open(f"/proc/{self.server.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))

    def mutated(self, chance, octets):
        octets = bytearray(octets)
        for _ in range(chance.randrange(1, 4)):
            octets[chance.randrange(len(octets))] = chance.randrange(256)
        if chance.randrange(8) == 0:
            del octets[chance.randrange(len(octets) + 1):]
        return bytes(octets)

    def packet(self, chance, nonce):
        number = chance.randrange(256)
        body = record(eid(number) + "/32", "192.0.2.1", "2001:db8::1")
        asked = map_request(nonce, eid(number) + "/32", "127.0.0.1")
        kind = chance.randrange(5)
        if kind == 0:
            return self.mutated(chance, map_register(nonce, body))
        if kind == 1:
            return self.mutated(chance, asked)
        if kind == 2:
            return self.mutated(chance, encapsulated(udp("192.0.2.1", eid(number), asked)))
        # Flags, records and all, but with a MAC that is right.
        if kind == 3:
            return signed(5 << 28 | chance.randrange(3), chance.choice(
                [nonce, chance.getrandbits(64)]), b"key", self.mutated(chance, body))
        head = 3 << 28 | chance.getrandbits(28) & 0x0fffff00 & ~(1 << 25) | chance.randrange(1, 3)
        return signed(head, nonce, b"key", self.mutated(chance, body))

    @unittest.skipUnless(os.path.exists("/proc/self/status"), "no /proc")
    def test_it_lives_and_what_it_has_saved_is_understood(self):
        chance = random.Random(9301)
        self.acknowledged(register(70000, 1))
        # Several, so that EIDs move from one to the other and are merged.
        attackers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(4)]
        for number, attacker in enumerate(attackers):
            self.addCleanup(attacker.close)
            attacker.bind((f"127.0.0.{number + 2}", 0))
        sizes = []
        for sent in range(0, FLOOD, 100):
            for nonce in range(sent, sent + 100):
                chance.choice(attackers).sendto(self.packet(chance, nonce + 10), self.address)
            self.acknowledged(register(70000, (1 << 40) + sent))
            sizes.append(self.resident())
        (counters,) = self.server.status("counters")
        self.assertGreater(counters["map-registers"], FLOOD // 20)
        self.assertGreater(counters["bad-authentication"], FLOOD // 20)
        self.assertGreater(counters["unsolicited-notifies"], FLOOD // 200)
        self.assertGreater(counters["unknown-nonce"], FLOOD // 50)
        print(f"KiB: {sizes[::max(1, len(sizes) // 10)]}, {sizes[-1]} at the end")
        self.assertLess(sizes[-1] - max(sizes[:len(sizes) // 2]), 20480, "KiB more")
        before = {(each["eid"], each["source"]): each["locators"]
                  for each in self.server.status("registrations")}
        self.kill()
        self.start()
        after = {(each["eid"], each["source"]): each["locators"]
                 for each in self.server.status("registrations")}
        self.assertIn(eid(70000) + "/32", {name for name, _ in after})
        self.assertEqual(before, after)


if __name__ == "__main__":
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
