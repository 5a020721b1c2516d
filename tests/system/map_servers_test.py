#!/usr/bin/env python3
"""lisp-registerd with three lisp-mapserverds whose keys and algorithms differ: one is down, one has
a name that does not resolve at first.

    map_servers_test.py BINDIR [unittest arguments]

In a network and a file system of its own, so that the name servers and the hosts are the test's.
Skipped, with status 77, where this user may not have them.
"""

import json
import os
import queue
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402

BINDIR = ""
NAME = "late.example"
WORDS = "alg=sha1", "alg=sha256 key-id=1", "alg=hkdf key-id=2"

SITES = """\
@SITE lab
key {key} {words}
eid 153.16.38.0/24 more-specifics=yes proxy=yes
eid 2610:d0:2121::/48 proxy=yes
eid 10.0.0.0/8 proxy=yes
"""

EIDS = """
@EID
153.16.38.0 25 60 1
132.227.62.242 2 100 1
132.227.62.243 1 100 0

@EID
2610:d0:2121:: 48 30 1
132.227.62.242 3 100 1
2001:660:240::242 5 100 1

@EID
10.0.0.0 8 60 0
132.227.62.242 2 100 1
"""

# What they say: an address of each, and the mapping.
MAPPINGS = {
    "153.16.38.77/32": ("153.16.38.0/25", 60, {"132.227.62.242": 2, "132.227.62.243": 1}),
    "2610:d0:2121::7/128": ("2610:d0:2121::/48", 30,
                            {"132.227.62.242": 3, "2001:660:240::242": 5}),
}


class NameServer:
    """UDP 53 of an address: what `names` has. A silent one says nothing before it is told to."""

    def __init__(self, address, silent=False):
        self.address = address
        self.may_speak = threading.Event()
        if not silent:
            self.may_speak.set()
        self.names = {}
        self.asked = queue.Queue()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            question, source = self.socket.recvfrom(512)
            if not question:
                return
            labels, at = [], 12
            while length := question[at]:
                labels.append(question[at + 1:at + 1 + length].decode().lower())
                at += 1 + length
            name = ".".join(labels)
            self.asked.put(name)
            self.may_speak.wait()
            self.socket.sendto(self._answer(question[:at + 5], name), source)

    def _answer(self, question, name):
        address = self.names.get(name)
        is_ipv4 = question[-4:] == struct.pack("!HH", 1, 1)
        answers = address is not None and is_ipv4
        head = struct.pack("!HHHHH", 0x8180 if address else 0x8183, 1, answers, 0, 0)
        record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(address or "0")
        return question[:2] + head + question[12:] + record * answers

    def close(self):
        self.may_speak.set()
        # An empty datagram ends the thread.
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", (self.address, 53))
        self._thread.join()
        self.socket.close()


class Server:
    """A lisp-mapserverd that may be stopped and started again on its port."""

    def __init__(self, test, number, words):
        self.address = f"127.0.1.{number}"
        self.host = self.address
        self.key = f"secret-{number}"
        self.words = words
        self.test = test
        self.sites = write_secret(os.path.join(test.directory, f"mapserver-{number}.conf"),
                                  SITES.format(key=self.key, words=words))
        self.port = 0
        self.start()

    def start(self):
        self.daemon = Daemon(BINDIR, "lisp-mapserverd", ["-l", f"{self.address}:{self.port}", "-f",
                                                        self.sites])
        self.test.addCleanup(self.daemon.stop)
        self.port = self.daemon.listen[0][1]

    def stop(self):
        self.daemon.stop()

    @property
    def endpoint(self):
        return f"{self.address}:{self.port}"

    def line(self):
        return f"{self.host} {self.key} port={self.port} {self.words}\n"


class MapServers(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="map-servers-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.write("/etc/hosts", "127.0.0.1 localhost\n")
        self.ask_at("127.0.2.1")
        self.dns = self.name_server("127.0.2.1")

    @staticmethod
    def write(path, text):
        """Of the same file, for another is mounted in its place."""
        with open(path, "w", encoding="ascii") as file:
            file.write(text)

    def ask_at(self, *addresses, patience=1):
        lines = "".join(f"nameserver {address}\n" for address in addresses)
        self.write("/etc/resolv.conf", f"{lines}options timeout:{patience} attempts:1\n")

    def name_server(self, *args, **named):
        server = NameServer(*args, **named)
        self.addCleanup(server.close)
        return server

    def servers(self, first=1):
        return [Server(self, first + i, words) for i, words in enumerate(WORDS)]

    def configure(self, servers, name="lisp.conf"):
        return write_secret(os.path.join(self.directory, name),
                            "@MAPSERVER\n" + "".join(one.line() for one in servers) + EIDS)

    def registerd(self, servers):
        daemon = Daemon(BINDIR, "lisp-registerd", ["-f", self.configure(servers)], self.directory)
        self.addCleanup(daemon.stop)
        return daemon

    def once(self, servers, timeout):
        """A lisp-registerd --once that runs, in a directory of its own."""
        directory = tempfile.mkdtemp(dir=self.directory)
        config = self.configure(servers, os.path.join(directory, "lisp.conf"))
        command = [os.path.join(BINDIR, "lisp-registerd"), "--once", "--json", "--timeout",
                   str(timeout), "-f", config, "--run", os.path.join(directory, "run"),
                   "--state", os.path.join(directory, "state")]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                text=True)

    def told(self, once):
        """Its exit status and what it says of each server, without the words of an error."""
        with once:
            output, _ = once.communicate(timeout=PATIENCE)
        rows = [json.loads(line) for line in output.splitlines()]
        return once.returncode, [(row["server"], row["address"], row["state"], row["records"],
                                  row["acknowledged"], bool(row["error"])) for row in rows]

    def ask(self, server, *eids, timeout=5):
        command = [os.path.join(BINDIR, "lisp-request"), "--json", "--timeout", str(timeout),
                   "-m", server.endpoint, *eids]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def assert_holds_all(self, server):
        status, answers = self.ask(server, *MAPPINGS)
        self.assertEqual(status, 0, answers)
        held = {}
        for answer in answers:
            self.assertEqual((answer["result"], answer["from"]), ("positive", server.endpoint))
            (record,) = answer["records"]
            held[answer["eid"]] = (record["eid"], record["ttl"],
                                   {one["rloc"]: one["priority"] for one in record["locators"]})
        self.assertEqual(held, MAPPINGS)
        # Its entry is not one to be registered.
        status, (answer,) = self.ask(server, "10.0.0.1")
        self.assertEqual((status, answer["result"]), (1, "negative"))

    def state_of(self, daemon, server):
        return {one["server"]: one["state"] for one in daemon.status("servers")}[server.host]


class Once(MapServers):
    def test_each_is_told_of_truthfully_and_the_others_hold_every_record(self):
        running = []
        for turn, words in enumerate(WORDS):
            servers = self.servers(10 * turn + 1)
            up, late, down = servers[turn - 2], servers[turn - 1], servers[turn]
            self.assertEqual(down.words, words)
            down.stop()
            late.host = f"late-{turn}.example"
            running.append((up, late, down, self.once([up, late, down], 8)))
        unknown = {late.host: late.address for _, late, _, _ in running}
        while len(self.dns.names) < len(unknown):
            host = self.dns.asked.get(timeout=PATIENCE)
            self.dns.names[host] = unknown[host]
        for up, late, down, once in running:
            with self.subTest(down=down.words):
                self.one_late_and_one_down(up, late, down, once)

    def one_late_and_one_down(self, up, late, down, once):
        status, told = self.told(once)
        self.assertEqual(told, [(up.host, up.endpoint, "acknowledged", 2, 2, False),
                                (late.host, late.endpoint, "acknowledged", 2, 2, False),
                                (down.host, down.endpoint, "timeout", 2, 0, True)])
        self.assertEqual(status, 1)
        self.assert_holds_all(up)
        self.assert_holds_all(late)
        status, (answer,) = self.ask(down, "153.16.38.77/32", timeout=1)
        self.assertEqual((status, answer["result"]), (1, "timeout"))

    def test_all_up_is_success(self):
        servers = self.servers()
        servers[1].host = NAME
        self.dns.names[NAME] = servers[1].address
        status, told = self.told(self.once(servers, 10))
        self.assertEqual(told, [(one.host, one.endpoint, "acknowledged", 2, 2, False)
                                for one in servers])
        self.assertEqual(status, 0)
        for server in servers:
            self.assert_holds_all(server)

    def test_name_that_nobody_knows(self):
        servers = self.servers()[:2]
        servers[0].host = NAME
        status, told = self.told(self.once(servers, 3))
        self.assertEqual(status, 1)
        self.assertEqual(told[0][2:], ("unresolved", 2, 0, True))
        self.assertEqual(told[1], (servers[1].host, servers[1].endpoint, "acknowledged", 2, 2,
                                   False))
        self.assert_holds_all(servers[1])


class Running(MapServers):
    def test_late_name_and_server_that_comes_back(self):
        up, late, down = self.servers()
        late.host = NAME
        down.stop()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unheard:
            unheard.bind((down.address, down.port))
            unheard.settimeout(PATIENCE)
            daemon = self.registerd([up, late, down])
            daemon.wait_for(rf"{up.endpoint} acknowledged 2/2")
            self.assert_holds_all(up)
            daemon.wait_for(rf"warning: {NAME}: ")
            self.assertEqual(self.state_of(daemon, late), "unresolved")
            self.dns.names[NAME] = late.address
            daemon.wait_for(rf"{late.endpoint} acknowledged 2/2")
            self.assert_holds_all(late)
            for _ in range(2):
                unheard.recv(65536)
        self.assertNotEqual(self.state_of(daemon, down), "acknowledged")
        down.start()
        daemon.wait_for(rf"{down.endpoint} acknowledged 2/2")
        self.assert_holds_all(down)

    def test_silent_name_server_delays_nobody(self):
        up, late, other = self.servers()
        late.host = NAME
        silent = self.name_server("127.0.2.2", silent=True)
        self.ask_at(silent.address, patience=2 * int(PATIENCE))
        daemon = self.registerd([late, up, other])
        silent.asked.get(timeout=PATIENCE)
        for server in up, other:
            daemon.wait_for(rf"{server.endpoint} acknowledged 2/2")
            self.assert_holds_all(server)
        # The question is still on its way.
        self.assertEqual(self.state_of(daemon, late), "unresolved")
        self.assertFalse([line for line in daemon.stderr if NAME in line])
        silent.names[NAME] = late.address
        silent.may_speak.set()
        daemon.wait_for(rf"{late.endpoint} acknowledged 2/2")
        self.assert_holds_all(late)

    def test_dead_name_server_and_then_another(self):
        up, late, _ = self.servers()
        late.host = NAME
        dead = self.name_server("127.0.2.2", silent=True)
        self.ask_at(dead.address)
        daemon = self.registerd([late, up])
        daemon.wait_for(rf"warning: {NAME}: ")
        self.dns.names[NAME] = late.address
        self.ask_at(self.dns.address)
        daemon.wait_for(rf"{late.endpoint} acknowledged 2/2")
        self.assert_holds_all(late)

    def test_name_without_name_servers(self):
        up, late, _ = self.servers()
        late.host = NAME
        self.ask_at()
        daemon = self.registerd([late, up])
        daemon.wait_for(rf"{up.endpoint} acknowledged 2/2")
        daemon.wait_for(rf"warning: {NAME}: ")
        self.write("/etc/hosts", f"127.0.0.1 localhost\n{late.address} {NAME}\n")
        daemon.wait_for(rf"{late.endpoint} acknowledged 2/2")
        self.assert_holds_all(late)


def enter():
    """The rest of the program in a network and a file system of its own."""
    command = ["unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--mount", "--net"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"], check=False).returncode:
        print("skipped: no network and no mounts of its own for this user")
        sys.exit(77)
    os.environ["LISP_TEST_INSIDE"] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])


def prepare(scratch):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for path in "/etc/resolv.conf", "/etc/hosts":
        own = os.path.join(scratch, os.path.basename(path))
        with open(own, "w", encoding="ascii"):
            pass
        subprocess.run(["mount", "--bind", own, path], check=True)


if __name__ == "__main__":
    if "LISP_TEST_INSIDE" not in os.environ:
        enter()
    BINDIR = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as directory:
        prepare(directory)
        unittest.main()
