#!/usr/bin/env python3
"""What lisp-decode does on a terminal: colours, and how far a long file has been read.

usage: terminal_test.py BINDIR
"""

import gzip
import os
import pty
import select
import subprocess
import sys
import tempfile
import unittest

BIN = os.path.abspath(sys.argv.pop(1))
DECODE = os.path.join(BIN, "lisp-decode")
HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURE = os.path.join(HERE, "../../pcaps/opencp-xtr-register.pcap")
PATIENCE = 60  # seconds
ESCAPE = b"\x1b["
ERASE = b"\r\x1b[K"
BROKEN = "1000000011223344556677880001c000020a0001c6336401"  # no record


def environment(**changes):
    """That of a terminal; what is None is not set."""
    chosen = {**os.environ, "NO_COLOR": None, "TERM": "xterm", **changes}
    return {name: value for name, value in chosen.items() if value is not None}


def read_all(descriptor):
    """What a terminal gets until its last writer is gone."""
    text = b""
    while select.select([descriptor], [], [], PATIENCE)[0]:
        try:
            part = os.read(descriptor, 1 << 16)
        except OSError:  # EIO: nobody has it open any more
            return text
        if not part:
            return text
        text += part
    raise AssertionError("no end after " + repr(text[-200:]))


def on_terminal(*args, text="", **changes):
    """What lisp-decode writes to standard output where that is a terminal."""
    outer, inner = pty.openpty()
    with subprocess.Popen([DECODE, *args], stdin=subprocess.PIPE, stdout=inner,
                          stderr=subprocess.DEVNULL, env=environment(**changes)) as process:
        os.close(inner)
        process.stdin.write(text.encode())
        process.stdin.close()
        written = read_all(outer)
    os.close(outer)
    return written.replace(b"\r\n", b"\n")


class Colours(unittest.TestCase):
    def test_types_stand_out_on_a_terminal(self):
        for form in ("line", "text"):
            self.assertIn(b"\x1b[1mmap-register\x1b[0m",
                          on_terminal("-F", form, "-r", CAPTURE), form)

    def test_faults_and_warnings_stand_out(self):
        for form in ("line", "text"):
            written = on_terminal("--hex", "-F", form, "-", text="100000011122\n")
            self.assertIn(b"\x1b[31m", written, form)
        written = on_terminal("--hex", "--check", "-", text=BROKEN + "\n")
        self.assertIn(b"\n\t\x1b[33mviolation: not exactly one record, record count "
                      b"(RFC 9301 5.2)\x1b[0m\n", written)

    def test_without_them_the_same_is_written(self):
        plain = subprocess.run([DECODE, "-F", "text", "-r", CAPTURE], capture_output=True,
                               check=True, env=environment()).stdout
        self.assertNotIn(ESCAPE, plain)
        coloured = on_terminal("-F", "text", "-r", CAPTURE)
        for code in (b"\x1b[1m", b"\x1b[31m", b"\x1b[33m", b"\x1b[0m"):
            coloured = coloured.replace(code, b"")
        self.assertEqual(coloured, plain)

    def test_who_wants_none_gets_none(self):
        for changes in ({"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": None}):
            self.assertNotIn(ESCAPE, on_terminal("-r", CAPTURE, **changes), changes)
        self.assertIn(ESCAPE, on_terminal("-r", CAPTURE, NO_COLOR=""))

    def test_other_forms_have_none(self):
        for form in ("json", "hex", "v102"):
            self.assertNotIn(ESCAPE, on_terminal("-F", form, "-r", CAPTURE), form)


class Progress(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.capture = os.path.join(cls.directory.name, "long.pcap")
        with open(CAPTURE, "rb") as capture:
            header, frames = capture.read(24), capture.read()
        with open(cls.capture, "wb") as capture:
            capture.write(header + frames * (6_000_000 // len(frames)))

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def read_slowly(self, *args):
        """What goes to the terminal of one whose output is hardly read before it says something,
        or before it has said nothing for a while."""
        outer, inner = pty.openpty()
        with subprocess.Popen([DECODE, *args], stdout=subprocess.PIPE, stderr=inner,
                              env=environment()) as process:
            os.close(inner)
            for _ in range(60):
                if select.select([outer], [], [], 0.05)[0]:
                    break
                os.read(process.stdout.fileno(), 1 << 16)
            while os.read(process.stdout.fileno(), 1 << 20):
                pass
            written = read_all(outer)
            self.assertEqual(process.wait(PATIENCE), 0)
        os.close(outer)
        return written

    def test_a_long_file_is_told_of_and_the_line_erased(self):
        written = self.read_slowly("-r", self.capture)
        self.assertRegex(written, rb"\r\x1b\[K/.*/long\.pcap: [0-9]{1,2} %")
        self.assertTrue(written.endswith(ERASE), written[-100:])

    def test_a_compressed_one_by_its_compressed_size(self):
        compressed = self.capture + ".gz"
        with open(self.capture, "rb") as plain, gzip.open(compressed, "wb", 1) as packed:
            packed.write(plain.read())
        self.assertRegex(self.read_slowly("-r", compressed), rb"long\.pcap\.gz: [0-9]{1,3} %")

    def test_not_where_it_is_not_wanted(self):
        self.assertEqual(self.read_slowly("--no-progress", "-r", self.capture), b"")

    def test_not_where_messages_fill_the_terminal(self):
        outer, inner = pty.openpty()
        with subprocess.Popen([DECODE, "-c", "2000", "-F", "hex", "-r", self.capture],
                              stdout=inner, stderr=inner, env=environment()):
            os.close(inner)
            self.assertNotIn(b"%", read_all(outer))
        os.close(outer)


if __name__ == "__main__":
    unittest.main()
