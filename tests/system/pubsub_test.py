#!/usr/bin/env python3
"""Subscriptions to mappings: lisp-mapserverd, a site's lisp-registerd and lisp-request --watch, each on
a host of its own; and a subscriber that is none of ours.

    pubsub_test.py BINDIR [unittest arguments]

In network namespaces and a file system of its own; skipped, with status 77, where this user may not
have them. We are the router between the hosts. What passed it is read by tshark, if there is one.
"""

import hmac
import json
import os
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import own_network  # noqa: E402
from daemons import PATIENCE, Daemon, Failure, write_secret  # noqa: E402
from packets import address, prefix_of, signed, write_capture  # noqa: E402

BINDIR = ""

# Of each host; ours on its link ends in 254.
HOSTS = {"server": "192.0.2.1", "site": "198.51.100.1", "watcher": "203.0.113.1"}
KEY, SITE_KEY = "watchers-key", "site-key"
EID = "10.1.0.0/16"
LINK_ETHERNET = 1

SITES = f"""\
@SITE lab
key {SITE_KEY}
eid 10.0.0.0/8 more-specifics=yes
"""
SUBSCRIBERS = f"""
@SUBSCRIBER watchers
key {KEY}
rloc 203.0.113.0/24
"""


def ip(words):
    subprocess.run(["ip", *words.split()], check=True)


def ours(name):
    return HOSTS[name].rsplit(".", 1)[0] + ".254"


def make_host(name):
    ip(f"netns add {name}")
    ip(f"link add name to-{name} type veth peer name uplink netns {name}")
    ip(f"addr add {ours(name)}/24 dev to-{name}")
    ip(f"link set to-{name} up")
    for words in ("link set lo up", "link set uplink up", f"addr add {HOSTS[name]}/24 dev uplink",
                  f"route add default via {ours(name)}"):
        ip(f"-n {name} {words}")


def record(eid, *rlocs, ttl=1440, action=0):
    """As a Map-Server says it: neither A, nor L of any locator."""
    mask, value = prefix_of(eid)
    locators = b"".join(struct.pack("!BBBBH", priority, 100, 255, 0, 1) + address(rloc)
                        for rloc, priority in rlocs)
    return struct.pack("!IBBHH", ttl, len(rlocs), mask, action << 13, 0) + value + locators


def subscription(nonce, eid, itr_rloc, xtr_id=bytes(range(16)), notify=0x80):
    """The Map-Request of RFC 9437 section 4; the ITR-RLOC as octets, beginning with its AFI."""
    mask, value = prefix_of(eid)
    return struct.pack("!IQ", 1 << 28 | 1 << 20 | 1, nonce) + bytes(2) + itr_rloc + \
        bytes([notify, mask]) + value + xtr_id + bytes(8)


def signature_is_good(octets, key):
    size = struct.unpack_from("!H", octets, 14)[0]
    zeroed = octets[:16] + bytes(size) + octets[16 + size:]
    return hmac.compare_digest(octets[16:16 + size], hmac.digest(key.encode(), zeroed, "sha256"))


class Watch:
    """A running lisp-request --watch."""

    def __init__(self, test, *args, keys=KEY, server=None):
        self.test = test
        keys = write_secret(os.path.join(test.directory, "keys"), keys + "\n")
        command = ["ip", "netns", "exec", "watcher", os.path.join(BINDIR, "lisp-request"), "-m",
                   server or HOSTS["server"], "--watch", "--keys", keys, *args]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)
        test.addCleanup(self.stop)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def line(self):
        """The next one, without its time."""
        try:
            line = self._lines.get(timeout=PATIENCE)
        except queue.Empty:
            raise AssertionError("it says nothing more") from None
        return line and line.split(" ", 1)[1]

    def json(self):
        return json.loads(self._lines.get(timeout=PATIENCE))

    def wait(self):
        """Its exit status, and what it said on standard error."""
        status = self.process.wait(PATIENCE)
        self.test.assertIsNone(self._lines.get(timeout=PATIENCE), "it said something more")
        return status, self.process.stderr.read()

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in self.process.stdout, self.process.stderr:
            stream.close()


class PubSub(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="pubsub-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.config = os.path.join(self.directory, "lisp.conf")

    def serve(self, subscribers=SUBSCRIBERS):
        """Each time with what it knew the last time, but for subscriptions."""
        sites = write_secret(os.path.join(self.directory, "mapserver.conf"), SITES + subscribers)
        return self.start("lisp-mapserverd", "server", "-f", sites, "-l", HOSTS["server"],
                          directory=self.directory)

    def start(self, name, host, *args, directory=None):
        daemon = Daemon(BINDIR, name, args, directory, within=["ip", "netns", "exec", host])
        self.addCleanup(daemon.stop)
        return daemon

    def configure(self, *rlocs, eid=EID, words=""):
        """What the site says of its EID: (RLOC, priority)."""
        lines = "".join(f"{rloc} {priority} 100 1\n" for rloc, priority in rlocs)
        write_secret(self.config, f"@MAPSERVER\n{HOSTS['server']} {SITE_KEY} alg=sha256 proxy=yes {words}\n"
                                  f"@EID\n{eid.replace('/', ' ')} 1440 1\n{lines}")

    def register(self, *rlocs, **named):
        self.configure(*rlocs, **named)
        daemon = self.start("lisp-registerd", "site", "-f", self.config)
        daemon.wait_for("acknowledged 1/1")
        return daemon

    def counter(self, server, name):
        return {key: value for each in server.status("counters") for key, value in each.items()}[name]


class Watching(PubSub):
    def test_edits_of_the_sites_configuration_are_printed(self):
        server = self.serve()
        self.register(("198.51.100.1", 1))
        watch = Watch(self, "10.1.2.3")
        self.assertEqual(watch.line(), "mapping 10.1.0.0/16 ttl 1440 198.51.100.1,1,100")
        (subscribed,) = server.status("subscriptions")
        self.assertEqual((subscribed["eid"], subscribed["subscriber"]), ("10.1.2.3/32", "watchers"))
        self.configure(("198.51.100.1", 7))
        self.assertEqual(watch.line(), "change 10.1.0.0/16 ttl 1440 198.51.100.1,7,100")
        self.configure(("198.51.100.1", 7), ("198.51.100.2", 8))
        self.assertEqual(watch.line(), "change 10.1.0.0/16 ttl 1440 198.51.100.1,7,100 "
                                       "198.51.100.2,8,100")
        watch.process.send_signal(signal.SIGINT)
        self.assertEqual(watch.wait(), (130, ""))
        self.assertEqual(server.status("subscriptions"), [])
        self.assertEqual(self.counter(server, "unsubscribed"), 1)
        self.configure(("198.51.100.1", 9))
        watching = Watch(self, "-c", "1", "10.1.2.3")
        self.assertIn("mapping", watching.line())

    def test_ends_by_itself_after_so_many_changes(self):
        server = self.serve()
        self.register(("198.51.100.1", 1))
        watch = Watch(self, "-j", "-c", "1", "10.1.2.3", "10.9.0.0/16")
        told = [watch.json(), watch.json()]
        self.assertEqual({(one["change"], one["eid"], one["records"][0]["eid"]) for one in told},
                         {("mapping", "10.1.2.3/32", "10.1.0.0/16"),
                          ("mapping", "10.9.0.0/16", "10.8.0.0/13")})
        self.configure(("198.51.100.2", 1))
        change = watch.json()
        self.assertEqual((change["change"], change["from"], change["resolver"]),
                         ("change", "192.0.2.1:4342", "192.0.2.1:4342"))
        (locator,) = change["records"][0]["locators"]
        self.assertEqual((locator["rloc"], locator["priority"]), ("198.51.100.2", 1))
        self.assertEqual(watch.wait(), (0, ""))
        self.assertEqual(server.status("subscriptions"), [])

    def test_a_withdrawal_and_what_comes_after_it(self):
        self.serve()
        site = self.register(("198.51.100.1", 1), words="withdraw=yes")
        watch = Watch(self, EID)
        self.assertIn("mapping 10.1.0.0/16", watch.line())
        start = len(site.stderr)
        self.configure(("198.51.100.1", 1), eid="10.2.0.0/16", words="withdraw=yes")
        site.wait_for("edited, not reloaded", start)  # none of the EIDs is left in it
        site.reload("acknowledged")
        self.assertEqual(watch.line(), "withdrawal 10.1.0.0/16")
        self.configure(("198.51.100.2", 1), eid="10.1.2.0/24", words="withdraw=yes")
        site.reload("acknowledged")
        self.assertEqual(watch.line(), "change 10.1.2.0/24 ttl 1440 198.51.100.2,1,100")

    def test_a_server_that_takes_no_subscriptions(self):
        self.serve(subscribers="")
        self.register(("198.51.100.1", 1))
        watch = Watch(self, "10.1.2.3")
        status, said = watch.wait()
        self.assertEqual(status, 1)
        self.assertIn("192.0.2.1:4342 takes no subscription to it", said)

    def test_another_key_and_none(self):
        server = self.serve()
        watch = Watch(self, "--count", "1", "--timeout", "1", "10.1.2.3", keys="another-key")
        status, said = watch.wait()
        self.assertEqual((status, "not with the right key" in said), (1, True), said)
        self.assertNotIn("another-key", said)
        self.assertEqual(server.status("subscriptions"), [])
        self.assertEqual(Watch(self, "-c", "x", "10.1.2.3").wait()[0], 2)
        self.assertEqual(Watch(self, "10.1.2.3", keys="198.51.100.9 of-another-server").wait()[0], 1)

    def test_a_subscriber_that_is_killed_is_forgotten(self):
        server = self.serve()
        self.register(("198.51.100.1", 1))
        watch = Watch(self, "10.1.2.3")
        self.assertIn("mapping", watch.line())
        watch.process.kill()
        watch.process.wait()
        self.configure(("198.51.100.1", 2))
        for _ in range(4):  # it is told for 54 seconds
            try:
                server.wait_for(r"203\.0\.113\.1:\d+: acknowledges no map-notify")
                break
            except Failure:
                self.assertEqual(len(server.status("subscriptions")), 1)
        self.assertEqual(server.status("subscriptions"), [])
        self.assertEqual(self.counter(server, "subscribers-lost"), 1)


class OnTheWire(PubSub):
    """With nothing of ours at the subscriber's end: messages are built, and signatures computed, by
    Python alone."""

    def setUp(self):
        super().setUp()
        self.server = self.serve()
        self.register(("198.51.100.1", 1))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(self.socket.close)
        self.socket.bind((ours("watcher"), 0))
        self.socket.settimeout(PATIENCE)
        self.itr_rloc = address(ours("watcher"))

    def send(self, octets):
        self.socket.sendto(octets, (HOSTS["server"], 4342))

    def receive(self):
        octets, source = self.socket.recvfrom(65535)
        self.assertEqual(source, (HOSTS["server"], 4342))
        return octets

    def acknowledge(self, nonce, *records, key=KEY):
        self.send(signed(5 << 28 | len(records), nonce, key.encode(), b"".join(records)))

    def expect(self, nonce, *records):
        self.assertEqual(self.receive().hex(),
                         signed(4 << 28 | len(records), nonce, KEY.encode(), b"".join(records)).hex())

    def test_all_of_a_subscriptions_life(self):
        first, second = record(EID, ("198.51.100.1", 1)), record(EID, ("198.51.100.1", 2))
        self.send(subscription(100, EID, self.itr_rloc))
        self.expect(100, first)
        self.acknowledge(100, first)
        self.configure(("198.51.100.1", 2))
        self.expect(101, second)
        self.expect(101, second)  # as nobody has acknowledged it
        self.acknowledge(101, second, key="another-key")
        self.server.wait_for("map-notify-ack: authentication failed, subscriber watchers")
        self.acknowledge(101, second)
        self.send(subscription(101, EID, self.itr_rloc))
        self.server.wait_for("map-request: nonce not greater than the last: replayed")
        self.send(subscription(102, EID, bytes(2)))
        self.expect(102, second)
        self.acknowledge(102, second)
        self.send(subscription(50, EID, self.itr_rloc, xtr_id=bytes(16)))
        self.send(subscription(103, EID, address("192.0.2.77")))
        self.send(subscription(104, EID, self.itr_rloc))
        self.expect(104, second)
        self.assertEqual(self.server.status("subscriptions"), [])
        self.assertEqual(self.counter(self.server, "replayed"), 2)
        self.assertEqual(self.counter(self.server, "subscription-refused"), 1)

    def test_a_restart_forgets_subscriptions_but_not_their_nonces(self):
        first = record(EID, ("198.51.100.1", 1))
        self.send(subscription(100, EID, self.itr_rloc))
        self.expect(100, first)
        self.acknowledge(100, first)
        self.send(subscription(200, "10.7.0.0/16", self.itr_rloc))  # answered after that
        self.receive()
        self.assertEqual(len(self.server.status("subscriptions")), 1)
        self.server.stop()
        self.server = self.serve()
        self.assertEqual(self.server.status("subscriptions"), [])
        self.send(subscription(100, EID, self.itr_rloc))
        self.server.wait_for("nonce not greater than the last")
        self.acknowledge(100, first)
        self.send(subscription(101, EID, self.itr_rloc))
        self.expect(101, first)
        self.assertEqual(self.server.status("subscriptions"), [])
        self.assertEqual(self.counter(self.server, "unknown-nonce"), 1)

    def test_tshark_reads_what_passes_and_the_signatures_are_good(self):
        wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.addCleanup(wire.close)
        wire.bind(("to-watcher", 0))
        watch = Watch(self, "10.1.2.3")
        watch.line()
        self.configure(("198.51.100.1", 2))
        watch.line()
        watch.process.send_signal(signal.SIGTERM)
        self.assertEqual(watch.wait(), (0, ""))
        wire.setblocking(False)
        frames = []
        try:
            while True:
                frames.append(wire.recv(65535))
        except BlockingIOError:
            pass
        control = [one for one in frames if one[12:14] == b"\x08\x00" and one[23] == 17]
        messages = [one[42:] for one in control]
        kinds = [one[0] >> 4 for one in messages]
        self.assertEqual(kinds, [8, 4, 5, 4, 5, 8, 4, 5])
        nonces = [one[4:12] for one in messages if one[0] >> 4 in (4, 5)]
        self.assertEqual(nonces[0::2], nonces[1::2])
        first, changed = (int.from_bytes(one, "big") for one in (nonces[0], nonces[2]))
        self.assertEqual(changed, first + 1)
        for one in messages:
            if one[0] >> 4 in (4, 5):
                self.assertTrue(signature_is_good(one, KEY), one.hex())
        if shutil.which("tshark"):
            self.check_by_tshark(control)

    def check_by_tshark(self, frames):
        path = os.path.join(self.directory, "passed.pcap")
        write_capture(path, [(0, one) for one in frames], LINK_ETHERNET)
        done = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "lisp.type", "-e",
                               "_ws.malformed"], capture_output=True, text=True, check=True)
        rows = [line.split("\t") for line in done.stdout.splitlines()]
        self.assertEqual([types.split(",")[0] for types, _ in rows],
                         ["8", "4", "5", "4", "5", "8", "4", "5"])
        self.assertEqual([types for types, _ in rows if types.startswith("8")], ["8,1", "8,1"])
        self.assertEqual({malformed for _, malformed in rows}, {""})


def make_network():
    for name in HOSTS:
        make_host(name)
    with open("/proc/sys/net/ipv4/ip_forward", "w", encoding="ascii") as file:
        file.write("1")


if __name__ == "__main__":
    own_network.enter(hosts=True)
    BINDIR = os.path.abspath(sys.argv.pop(1))
    make_network()
    unittest.main()
