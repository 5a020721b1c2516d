"""lisp-decode under test, from the directory that is the first argument of whoever imports this.

Nothing sleeps until something may have happened: tests wait for lines, or until it is idle.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
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

    def await_idle(self):
        """Until it has read all that it was given, and sleeps for want of more. On Linux."""
        state = ""
        for _ in range(PATIENCE * 100):
            waiting = fcntl.ioctl(self.process.stdin, termios.FIONREAD, bytes(4))
            with open("/proc/%d/stat" % self.process.pid, encoding="ascii") as status:
                state = status.read().rpartition(")")[2].split()[0]
            if waiting == bytes(4) and state == "S":
                return
            time.sleep(0.01)
        raise AssertionError("not idle: " + state)

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
