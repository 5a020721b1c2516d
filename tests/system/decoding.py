"""lisp-decode under test, from the directory that is the first argument of whoever imports this.

Nothing sleeps until something may have happened: tests wait for lines, or for lisp-decode to open a
FIFO, which it does when it has taken all that is in the captures before.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

BIN = os.path.abspath(sys.argv.pop(1))
DECODE = os.path.join(BIN, "lisp-decode")
PATIENCE = 60  # seconds


def run(*args, **options):
    return subprocess.run([DECODE, *args], capture_output=True, timeout=PATIENCE, check=False,
                          **options)


def decoded(*args, status=0, **options):
    """The objects that lisp-decode prints."""
    result = run("-F", "json", *args, **options)
    assert result.returncode == status, result
    return [json.loads(line) for line in result.stdout.splitlines()]


def nonces(messages):
    return [int(one["nonce"], 16) for one in messages]


class Scratch(unittest.TestCase):
    """Has a directory of its own."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="lisp-decode-")
        self.addCleanup(shutil.rmtree, self.directory)

    def path(self, name):
        return os.path.join(self.directory, name)

    def put(self, name, octets):
        with open(self.path(name), "wb") as file:
            file.write(octets)
        return self.path(name)

    def fifo(self, name):
        """To be opened for writing; that returns when it has been opened for reading."""
        os.mkfifo(self.path(name))
        return self.path(name)


class Reader:
    """lisp-decode at work, and what it prints line by line."""

    def __init__(self, *args, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        self.process = subprocess.Popen([DECODE, *args], text=True, **options)
        self._watchdog = threading.Timer(PATIENCE, self.process.kill)
        self._watchdog.start()

    def line(self):
        return self.process.stdout.readline()

    def complaint(self):
        return self.process.stderr.readline()

    def give(self, octets):
        self.process.stdin.buffer.write(octets)
        self.process.stdin.flush()

    def end(self, number=None):
        """Its status, and what it had still to say, after a signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        rest, errors = self.process.communicate(timeout=PATIENCE)
        self._watchdog.cancel()
        return self.process.returncode, rest, errors

    def stop(self):
        """If it has not ended yet."""
        self._watchdog.cancel()
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def interrupt(self):
        return self.end(signal.SIGINT)
