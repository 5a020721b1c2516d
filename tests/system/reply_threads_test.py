"""lisp-replyd with several threads: one site, one set of limits, whichever thread is asked.

    python3 reply_threads_test.py BINDIR [unittest arguments]

The system deals datagrams out by their two ends, so questions from many ports reach every thread.
"""
import os
import socket
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402

BINDIR = ""
PORTS = 64  # that they all go to one of two threads has a chance of 2^-63

SITE = "@EID\n203.0.113.0 24 1440 1\n198.51.100.9 {} 1 1\n"


def map_request(nonce):
    return (struct.pack("!IQHH", 0x10000001, nonce, 0, 1) + socket.inet_aton("127.0.0.1")
            + struct.pack("!BBH", 0, 32, 1) + socket.inet_aton("203.0.113.7"))


def map_reply(nonce, priority):
    return (struct.pack("!IQIBBHHH", 0x20000001, nonce, 1440, 1, 24, 0x1000, 0, 1)
            + socket.inet_aton("203.0.113.0") + struct.pack("!BBBBHH", priority, 1, 255, 0, 5, 1)
            + socket.inet_aton("198.51.100.9"))


class Threads(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.config = write_secret(os.path.join(self.directory, "lisp.conf"), SITE.format(1))
        self.itrs = []
        for _ in range(PORTS):
            itr = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.addCleanup(itr.close)
            itr.bind(("127.0.0.1", 0))
            itr.settimeout(PATIENCE)
            self.itrs.append(itr)

    def start(self, *args, threads="2", rate="0"):
        daemon = Daemon(BINDIR, "lisp-replyd",
                        ["-f", self.config, "-l", "127.0.0.5:0", "--threads", threads, "--rate",
                         rate, *args], self.directory)
        self.addCleanup(daemon.stop)
        return daemon

    def ask(self, daemon, nonce=1):
        for itr in self.itrs:
            itr.sendto(map_request(nonce), daemon.listen[0])

    def answered(self, daemon, priority, nonce=1):
        self.ask(daemon, nonce)
        for itr in self.itrs:
            self.assertEqual(itr.recv(65535).hex(), map_reply(nonce, priority).hex())

    def count_threads(self, daemon):
        return len(os.listdir(f"/proc/{daemon.process.pid}/task"))

    def count_others(self):
        """Threads that a daemon has besides those that answer."""
        daemon = self.start(threads="1")
        others = self.count_threads(daemon) - 1
        daemon.stop()
        return others

    def test_each_thread_answers_and_all_are_counted(self):
        others = self.count_others()
        daemon = self.start()
        self.assertEqual(self.count_threads(daemon), 2 + others)
        self.answered(daemon, 1)
        counters = daemon.status("counters")[0]
        self.assertEqual((counters["received"], counters["map-replies"]), (PORTS, PORTS))
        self.assertEqual(daemon.stop(), 0)

    def test_0_is_one_a_processor(self):
        others = self.count_others()
        daemon = self.start(threads="0")
        self.assertEqual(self.count_threads(daemon), len(os.sched_getaffinity(0)) + others)
        self.answered(daemon, 1)

    def test_each_thread_answers_from_the_new_configuration(self):
        daemon = self.start()
        for priority in (2, 3, 4):
            write_secret(self.config, SITE.format(priority))
            daemon.reload("reloaded")
            self.answered(daemon, priority, priority)

    def test_C084_one_limit_for_all_threads(self):
        daemon = self.start(rate="0.001")
        self.ask(daemon)
        burst = 8
        while (counters := daemon.status("counters")[0])["received"] < PORTS:
            pass
        self.assertEqual(counters["map-replies"], burst)
        self.assertEqual(counters["rate-limited"], PORTS - burst)

    def test_what_is_for_registerd_comes_from_each_thread(self):
        path = os.path.join(self.directory, "run", "lisp-registerd.sock")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(path)
            listener.listen()
            listener.settimeout(PATIENCE)
            daemon = self.start()
            notify = struct.pack("!IQ", 0x40000000, 7) + bytes(4)
            for itr in self.itrs:
                itr.sendto(notify, daemon.listen[0])
            connections = [listener.accept()[0] for _ in range(2)]
            got = []
            while len(got) < PORTS:
                for connection in connections:
                    connection.setblocking(False)
                    try:
                        got.append(connection.recv(65535))
                    except BlockingIOError:
                        pass
            for connection in connections:
                connection.close()
        expected = {f"datagram 127.0.0.1:{itr.getsockname()[1]} 127.0.0.5\n".encode() + notify
                    for itr in self.itrs}
        self.assertEqual(set(got), expected)

    def test_another_process_may_not_share(self):
        daemon = self.start()
        host, port = daemon.listen[0]
        for threads in ("1", "2"):
            other = subprocess.run(
                [os.path.join(BINDIR, "lisp-replyd"), "-f", self.config, "-l", f"{host}:{port}",
                 "--threads", threads, "--run", os.path.join(self.directory, "other")],
                capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(other.returncode, 1)
            self.assertIn(f"{host}:{port}: Address already in use", other.stderr)

    def test_wrong_numbers(self):
        for wrong in ("65", "-1", "two"):
            done = subprocess.run([os.path.join(BINDIR, "lisp-replyd"), "--threads", wrong],
                                  capture_output=True, text=True, timeout=PATIENCE)
            self.assertEqual(done.returncode, 2)
            self.assertIn("--threads", done.stderr)


if __name__ == "__main__":
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
