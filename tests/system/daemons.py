"""Starting the daemons under test, each in a directory of its own.

    with Daemon(bindir, "lisp-replyd", ["-l", "127.0.0.1:0", "-f", conf]) as daemon:
        address, port = daemon.listen[0]

A test never sleeps: it waits for a line on the daemon's standard error, or for a datagram.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PATIENCE = 20.0  # seconds, for machines that do much else meanwhile


class Failure(Exception):
    """A daemon did not do what every daemon does: start, answer, end."""


def endpoint(text):
    """("127.0.0.1", 4342) from "127.0.0.1:4342", ("::1", 4342) from "[::1]:4342"."""
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port)


class Daemon:
    """A running daemon.

    listen  the sockets named by its ready line, as (address, port)
    stderr  its lines so far, without their ends

    `within` are words before the command, as in ["ip", "netns", "exec", "host"].
    """

    def __init__(self, bindir, name, args=(), directory=None, within=()):
        self.name = name
        self.bindir = bindir
        self._own = None if directory else tempfile.mkdtemp(prefix=name + "-")
        self.directory = directory or self._own
        self.run = os.path.join(self.directory, "run")
        self.state = os.path.join(self.directory, "state")
        self.stderr = []
        self.listen = []
        self._changed = threading.Condition()
        self._ended = False
        command = [*within, os.path.join(bindir, name), "--run", self.run, "--state", self.state, *args]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, errors="replace")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            ready = self.wait_for(r"(?:^|\s)ready\b(.*)")
        except Failure:
            self.stop()
            raise
        self.listen = [endpoint(word) for word in ready.group(1).split()]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _read(self):
        for line in self.process.stderr:
            with self._changed:
                self.stderr.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def wait_for(self, pattern, start=0):
        """The match in the first line, from line `start` on, that has one."""
        expression = re.compile(pattern)
        deadline = time.monotonic() + PATIENCE
        with self._changed:
            while True:
                for line in self.stderr[start:]:
                    if found := expression.search(line):
                        return found
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    said = "\n".join(self.stderr)
                    raise Failure(f"{self.name}: no line has {pattern!r}; it said:\n{said}")
                self._changed.wait(left)

    def reload(self, pattern):
        """SIGHUP, then the first new line that has `pattern`."""
        start = len(self.stderr)
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for(pattern, start)

    def status(self, query="status"):
        """What lisp-status --json prints: a list of objects, one a line."""
        command = [os.path.join(self.bindir, "lisp-status"), "--run", self.run, "--json",
                   self.name, query]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise Failure(f"lisp-status {self.name} {query}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines() if line]

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._reader.join()
        self.process.stderr.close()
        if self._own:
            shutil.rmtree(self._own, ignore_errors=True)
        return status


def write_secret(path, text):
    """A file that nobody else may read, as configurations with keys must be."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    return path
