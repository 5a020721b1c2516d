"""lisp-registerd against map-servers that are none of the project's own code.

    python3 registerd_test.py BINDIR [unittest arguments]

The map-servers take registers apart by RFC 9301 section 5.6, check their authentication data with
Python's hmac and put Map-Notifies together by section 5.7.
"""

import hashlib
import hmac
import json
import os
import pty
import pwd
import queue
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, Failure, write_secret  # noqa: E402

BINDIR = ""
DIGESTS = {1: hashlib.sha1, 2: hashlib.sha256}

EIDS = """
@EID
153.16.38.0 25 60 1
132.227.62.242 2 100 1
132.227.62.243 1 100 0
2001:660:240::242 5 100 1

@EID
2610:D0:2121:: 48 60 1
132.227.62.242 2 100 1

@EID
10.0.0.0 8 60 0
132.227.62.242 2 100 1
"""


def mac(message, key):
    """The message's authentication data, computed over it with that field zeroed."""
    length = struct.unpack_from("!H", message, 14)[0]
    zeroed = message[:16] + bytes(length) + message[16 + length:]
    return hmac.new(key.encode(), zeroed, DIGESTS[message[13]]).digest()


def signed(message, key):
    length = struct.unpack_from("!H", message, 14)[0]
    return message[:16] + mac(message, key)[:length] + message[16 + length:]


class Register:
    """A Map-Register, taken apart."""

    def __init__(self, octets, source):
        self.octets = octets
        self.source = source
        self.type = octets[0] >> 4
        self.want_notify = bool(octets[2] & 1)
        self.count = octets[3]
        self.nonce = struct.unpack_from("!Q", octets, 4)[0]
        self.key_id, self.algorithm, length = struct.unpack_from("!BBH", octets, 12)
        self.mac = octets[16:16 + length]
        trailer = 24 if octets[0] & 2 else 0
        self.body = octets[16 + length:len(octets) - trailer]
        self.identity = octets[len(octets) - trailer:]
        self.withdrawn = []
        self.eids = self._eids()

    def _eids(self):
        eids, at = [], 0
        self.priorities = {}  # by EID and RLOC
        self.unreachable = set()  # EIDs and RLOCs with R=0
        for _ in range(self.count):
            ttl, locators, mask = struct.unpack_from("!IBB", self.body, at)
            address, at = self._address(at + 10)
            eids.append(f"{address}/{mask}")
            if ttl == 0 and locators == 0:
                self.withdrawn.append(eids[-1])
            for _ in range(locators):
                priority, reachable = self.body[at], self.body[at + 5] & 1
                rloc, at = self._address(at + 6)
                self.priorities[eids[-1], rloc] = priority
                if not reachable:
                    self.unreachable.add((eids[-1], rloc))
        assert at == len(self.body), "octets after the last record"
        return eids

    def _address(self, at):
        afi = struct.unpack_from("!H", self.body, at)[0]
        family, width = {1: (socket.AF_INET, 4), 2: (socket.AF_INET6, 16)}[afi]
        return socket.inet_ntop(family, self.body[at + 2:at + 2 + width]), at + 2 + width

    def is_authentic(self, key):
        return hmac.compare_digest(self.mac, mac(self.octets, key))

    def notify(self, key):
        head = struct.pack("!IQBBH", 4 << 28 | bool(self.identity) << 27 | self.count, self.nonce,
                           self.key_id, self.algorithm, len(self.mac))
        return signed(head + bytes(len(self.mac)) + self.body + self.identity, key)


class MapServer:
    """Answers authentic registers; `registers` has all of them, whatever their key."""

    taken_apart = Register

    def __init__(self, key, address="127.0.0.1", family=socket.AF_INET, silent=False):
        self.key = key
        self.silent = silent
        self.registers = queue.Queue()
        self.others = queue.Queue()
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind((address, 0))
        self.address, self.port = self.socket.getsockname()[:2]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            octets, source = self.socket.recvfrom(65535)
            if not octets:
                return
            if octets[0] >> 4 != 3:
                self.others.put(octets)
                continue
            register = self.taken_apart(octets, source)
            self.registers.put(register)
            if register.is_authentic(self.key) and register.want_notify and not self.silent:
                self.socket.sendto(register.notify(self.key), source)

    def next(self):
        return self.registers.get(timeout=PATIENCE)

    def close(self):
        # An empty datagram ends the thread, so that the port is not read once it is another's.
        self.socket.sendto(b"", (self.address, self.port))
        self._thread.join()
        self.socket.close()

    def line(self, key=None, words=""):
        return f"{self.address} {key or self.key} port={self.port} {words}\n"


class RegisterdCase(unittest.TestCase):
    """A directory, map-servers, and the daemon that registers with them."""

    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="registerd-test-")
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def map_server(self, *args, **named):
        server = MapServer(*args, **named)
        self.addCleanup(server.close)
        return server

    def configure(self, *lines, eids=EIDS):
        path = os.path.join(self.directory, "lisp.conf")
        return write_secret(path, "@MAPSERVER\n" + "".join(lines) + eids)

    def command(self, *args):
        return [os.path.join(BINDIR, "lisp-registerd"), "--run",
                os.path.join(self.directory, "run"), "--state",
                os.path.join(self.directory, "state"), *args]

    def once(self, *args):
        done = subprocess.run(self.command("--once", "--json", *args), capture_output=True,
                              text=True, timeout=PATIENCE)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def daemon(self, *args):
        daemon = Daemon(BINDIR, "lisp-registerd", args, self.directory)
        self.addCleanup(daemon.stop)
        return daemon


class RegisterdTest(RegisterdCase):
    def test_right_key_registers_everything(self):
        server = self.map_server("lip6-fr-xtr")
        status, told = self.once("-f", self.configure(server.line()))
        self.assertEqual(status, 0)
        self.assertEqual(told, [{
            "server": "127.0.0.1", "address": f"127.0.0.1:{server.port}",
            "state": "acknowledged", "records": 2, "acknowledged": 2, "error": ""}])
        register = server.next()
        self.assertEqual(register.eids, ["153.16.38.0/25", "2610:d0:2121::/48"])
        self.assertEqual((register.key_id, register.algorithm), (0, 1))
        self.assertTrue(server.registers.empty())

    def test_text_has_one_line_a_server(self):
        server = self.map_server("key")
        path = self.configure(server.line())
        done = subprocess.run(self.command("--once", "-f", path), capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stdout, f"127.0.0.1 127.0.0.1:{server.port} acknowledged 2/2\n")
        self.assertNotIn("key", done.stderr.replace("--", ""))

    def test_wrong_key_fails(self):
        server = self.map_server("right")
        status, told = self.once("--timeout", "1.5", "-f", self.configure(server.line("wrong")))
        self.assertEqual(status, 1)
        self.assertEqual((told[0]["state"], told[0]["acknowledged"]), ("timeout", 0))
        first, second = server.next(), server.next()
        self.assertGreater(second.nonce, first.nonce)

    def test_dead_server_does_not_delay_the_others(self):
        dead = self.map_server("key", silent=True)
        alive = self.map_server("other", address="127.0.0.2")
        six = self.map_server("third", address="::1", family=socket.AF_INET6)
        path = self.configure("no.such.host.invalid key\n", dead.line(),
                              alive.line(words="alg=sha256 key-id=5"), six.line())
        daemon = self.daemon("-f", path)
        daemon.wait_for(r"127\.0\.0\.2:\d+ acknowledged 2/2")
        daemon.wait_for(r"\[::1\]:\d+ acknowledged 2/2")
        self.assertEqual(alive.next().key_id, 5)
        states = {one["server"]: one["state"] for one in daemon.status("servers")}
        self.assertEqual(states["127.0.0.2"], "acknowledged")
        self.assertEqual(states["::1"], "acknowledged")
        self.assertIn(states["127.0.0.1"], ("pending", "timeout"))
        self.assertEqual(states["no.such.host.invalid"], "unresolved")
        daemon.wait_for(r"127\.0\.0\.1:\d+ timeout 0/2")

    def test_nonces_rise_over_kills(self):
        server = self.map_server("key")
        path = self.configure(server.line())
        last = 0
        for _ in range(10):
            process = subprocess.Popen(self.command("-f", path), stderr=subprocess.DEVNULL)
            register = server.next()
            process.kill()
            process.wait()
            self.assertGreater(register.nonce, last)
            last = register.nonce

    @unittest.skipIf(os.geteuid() == 0 and not shutil.which("setpriv"), "root may write anywhere")
    def test_unwritable_state_is_refused(self):
        state = os.path.join(self.directory, "state")
        path = self.configure(self.map_server("key").line())
        os.mkdir(state)
        os.chmod(state, 0o555)
        command = self.command("-f", path)
        if os.geteuid() == 0:
            command = ["setpriv", "--inh-caps=-all", "--bounding-set=-all", *command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn(state, done.stderr)

    def test_nonces_are_written_to_a_file_of_its_own(self):
        state = os.path.join(self.directory, "state")
        os.mkdir(state)
        precious = write_secret(os.path.join(self.directory, "precious"), "kept")
        os.link(precious, os.path.join(state, "nonce.new"))
        status, _ = self.once("-f", self.configure(self.map_server("key").line()))
        self.assertEqual(status, 0)
        with open(precious) as file:
            self.assertEqual(file.read(), "kept")

    @unittest.skipIf(os.geteuid() != 0, "not root")
    def test_once_as_root_leaves_the_state_to_its_owner(self):
        nobody = pwd.getpwnam("nobody").pw_uid
        os.chmod(self.directory, 0o755)
        path = self.configure(self.map_server("key").line())
        state = os.path.join(self.directory, "state")
        for user in (["--user", "nobody"], []):
            self.assertEqual(self.once("-f", path, *user)[0], 0)
            owners = {name: os.stat(os.path.join(state, name)).st_uid for name in os.listdir(state)}
            self.assertEqual(owners, {"nonce": nobody, "nonce.lock": nobody}, user)
            for name in owners:
                os.remove(os.path.join(state, name))

    def test_damaged_nonce_file_is_refused(self):
        state = os.path.join(self.directory, "state")
        os.mkdir(state)
        write_secret(os.path.join(state, "nonce"), "18446744073709551615\n")
        path = self.configure(self.map_server("key").line())
        done = subprocess.run(self.command("-f", path), capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("nonce", done.stderr)

    def test_one_sender_a_host(self):
        server = self.map_server("key")
        path = self.configure(server.line())
        daemon = self.daemon("-f", path)
        daemon.wait_for(r"acknowledged 2/2")
        second = subprocess.run(self.command("-f", path), capture_output=True, text=True,
                                timeout=PATIENCE)
        self.assertEqual(second.returncode, 1)
        self.assertIn("another lisp-registerd", second.stderr)
        before = server.next()
        status, told = self.once("-f", path)
        self.assertEqual((status, told[0]["state"]), (0, "acknowledged"))
        asked = server.next()
        self.assertGreater(asked.nonce, before.nonce)
        self.assertEqual(asked.source, before.source)

    def test_running_one_answers_when_all_servers_have(self):
        server = self.map_server("key")
        dead = self.map_server("other", address="127.0.0.2", silent=True)
        daemon = self.daemon("-f", self.configure(server.line(words="notify=no")))
        self.assertFalse(server.next().want_notify)
        path = os.path.join(self.directory, "lisp.conf")
        status, told = self.once("-f", path)
        self.assertEqual((status, told[0]["state"], told[0]["acknowledged"]),
                         (0, "acknowledged", 2))
        self.assertTrue(server.next().want_notify)
        self.assertEqual(daemon.status("servers")[0]["state"], "sent")

        self.configure(server.line(words="notify=no"), dead.line(), "no.such.host.invalid key\n")
        daemon.reload(r"reloaded")
        status, told = self.once("--timeout", "1.5", "-f", path)
        self.assertEqual(status, 1)
        self.assertEqual([one["state"] for one in told], ["acknowledged", "timeout", "unresolved"])

    def test_forged_notify_is_ignored(self):
        server = self.map_server("key", silent=True)
        daemon = self.daemon("-f", self.configure(server.line()))
        register = server.next()
        server.socket.sendto(register.notify("forged"), register.source)
        server.socket.sendto(register.notify("key")[:30], register.source)
        self.assertGreater(server.next().nonce, register.nonce)
        counters = daemon.status("counters")[0]
        self.assertEqual((counters["notifies-unauthentic"], counters["malformed"]), (1, 1))
        server.socket.sendto(register.notify("key"), register.source)
        daemon.wait_for(r"acknowledged 2/2")

    def test_unsolicited_notify_is_acknowledged(self):
        server = self.map_server("key")
        self.daemon("-f", self.configure(server.line()))
        register = server.next()
        register.nonce = 77
        notify = register.notify("key")
        server.socket.sendto(notify, register.source)
        ack = server.others.get(timeout=PATIENCE)
        self.assertEqual(ack, signed(bytes([0x50]) + notify[1:], "key"))

    def test_notify_handed_on_by_another_daemon(self):
        server = self.map_server("key", silent=True)
        daemon = self.daemon("-f", self.configure(server.line()))
        register = server.next()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as local:
            local.connect(os.path.join(self.directory, "run", "lisp-registerd.sock"))
            local.send(b"datagram 127.0.0.1:4342 127.0.0.1:4342\n" + register.notify("key"))
            daemon.wait_for(r"acknowledged 2/2")

    def test_once_takes_a_notify_handed_on(self):
        server = self.map_server("key", silent=True)
        config = self.configure(server.line())
        with subprocess.Popen(self.command("--once", "-f", config), stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as once:
            register = server.next()
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as local:
                local.connect(os.path.join(self.directory, "run", "lisp-registerd.sock"))
                local.send(b"datagram 127.0.0.1:4342 127.0.0.1:4342\n" + register.notify("key"))
            self.assertIn("acknowledged 2/2", once.communicate(timeout=PATIENCE)[0])
        self.assertEqual(once.returncode, 0)

    def test_reload_registers_the_change_at_once(self):
        server = self.map_server("key")
        other = self.map_server("second", address="127.0.0.3")
        daemon = self.daemon("-f", self.configure(server.line()))
        daemon.wait_for(r"acknowledged 2/2")
        server.next()
        self.configure(server.line(), other.line(), eids=EIDS.replace("60 0", "60 1"))
        daemon.reload(r"reloaded")
        self.assertIn("10.0.0.0/8", server.next().eids)
        self.assertEqual(len(other.next().eids), 3)
        self.configure(server.line(), eids="@EID\n10.0.0.0 99 60 1\n")
        daemon.reload(r"not reloaded")
        with self.assertRaisesRegex(Failure, r"not reloaded: \S+lisp\.conf:\d+:\d+: .*99"):
            daemon.status("reload")
        self.assertEqual(len(daemon.status("eids")), 3)

    def running(self, server, eids=EIDS, args=()):
        """A daemon that has registered everything, and its configuration."""
        path = self.configure(server.line(), eids=eids)
        daemon = self.daemon("-f", path, *args)
        daemon.wait_for(r"acknowledged (\d+)/\1")
        while not server.registers.empty():
            server.next()
        return daemon, path

    def test_edit_is_registered_without_a_signal(self):
        server = self.map_server("key")
        _, path = self.running(server)
        for priority in "7", "8":
            subprocess.run(["sed", "-i", f"s/^132.227.62.243 . /132.227.62.243 {priority} /", path],
                           check=True)
            register = server.next()
            self.assertTrue(register.is_authentic("key"))
            self.assertEqual(register.priorities["153.16.38.0/25", "132.227.62.243"], int(priority))

    def test_eids_of_another_daemon_are_registered_without_reading_the_file(self):
        server = self.map_server("key")
        daemon, path = self.running(server)
        os.unlink(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as local:
            local.connect(os.path.join(daemon.run, "lisp-registerd.sock"))
            local.send(b"eids\n@EID\n153.16.38.0 25 60\n")
            daemon.wait_for(r"EIDs that changed: message:2:18: the line ends, expected")
            local.send(b"eids\n@EID\n153.16.38.0 25 60 1\n132.227.62.242 9 100 1\n")
            register = server.next()
            self.assertEqual(register.priorities["153.16.38.0/25", "132.227.62.242"], 9)
            self.assertEqual(len(register.priorities), 2)  # with the other EID's
            local.send(b"eids\n@EID\n153.16.38.0 25 60 1\n132.227.62.242 255 100 1\n")
            self.assertEqual(server.next().eids, ["2610:d0:2121::/48"])
        self.configure(server.line())  # what it said at the start
        self.assertEqual(server.next().priorities["153.16.38.0/25", "132.227.62.242"], 2)

    def test_change_of_keys_on_either_side(self):
        server = self.map_server("key")
        daemon, path = self.running(server, args=["--interval", "1"])
        with open(path, encoding="utf-8") as file:
            text = file.read()
        write_secret(path, text.replace(" key ", " new "))
        while not server.next().is_authentic("new"):
            pass
        while not server.next().is_authentic("key"):
            pass
        self.assertEqual(daemon.status("servers")[0]["error"],
                         "the map-server has the previous key still")
        server.key = "new"
        for _ in range(2):
            while not server.next().is_authentic("new"):
                pass
        while daemon.status("servers")[0]["error"]:
            server.next()
        server.key = "key"
        for _ in range(3):
            self.assertTrue(server.next().is_authentic("new"))

    def test_withdrawal_of_a_removed_eid_and_at_the_end(self):
        server = self.map_server("key")
        path = self.configure(server.line(words="withdraw=all"))
        daemon = self.daemon("-f", path)
        daemon.wait_for(r"acknowledged 2/2")
        server.next()
        subprocess.run(["sed", "-i", "/2610/s/ 1$/ 0/", path], check=True)
        self.assertEqual(server.next().withdrawn, ["2610:d0:2121::/48"])
        self.assertEqual(server.next().eids, ["153.16.38.0/25"])
        daemon.stop()
        self.assertEqual(daemon.process.returncode, 0)
        self.assertEqual(server.next().withdrawn, ["153.16.38.0/25"])

    def test_withdrawal_at_the_end_takes_a_notify_handed_on(self):
        server = self.map_server("key")
        daemon = self.daemon("-f", self.configure(server.line(words="withdraw=all")))
        daemon.wait_for(r"acknowledged 2/2")
        server.next()
        server.silent = True
        daemon.process.terminate()
        register = server.next()
        self.assertEqual(len(register.withdrawn), 2)
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as local:
            local.connect(os.path.join(self.directory, "run", "lisp-registerd.sock"))
            local.send(b"datagram 127.0.0.1:4342 127.0.0.1:4342\n" + register.notify("key"))
            self.assertEqual(daemon.process.wait(timeout=PATIENCE), 0)
        daemon.stop()
        self.assertFalse([line for line in daemon.stderr if "withdrawal" in line])

    def test_identity_closes_the_register(self):
        server = self.map_server("key")
        identity = "xtr-id=00112233445566778899aabbccddeeff site-id=42"
        status, servers = self.once("-f", self.configure(server.line(words=identity)))
        self.assertEqual((status, servers[0]["state"]), (0, "acknowledged"))
        register = server.next()
        self.assertEqual(register.identity.hex(),
                         "00112233445566778899aabbccddeeff0000000000000042")

    def test_status_of_servers_and_eids(self):
        server = self.map_server("key")
        silent = self.map_server("key", address="127.0.0.3", silent=True)
        daemon = self.daemon("-f", self.configure(server.line(), silent.line()))
        daemon.wait_for(r"acknowledged 2/2")
        for _ in range(2):
            silent.next()
        first, second = daemon.status("servers")
        self.assertLessEqual(first["age"], PATIENCE)
        self.assertEqual((first["retried"], first["refused"], first["last-error"]), (0, 0, ""))
        self.assertEqual((second["retried"], second["refused"]), (2, 0))
        self.assertNotIn("age", second)
        done = subprocess.run([os.path.join(BINDIR, "lisp-status"), "--run", daemon.run,
                               "registerd", "servers"], capture_output=True, text=True,
                              check=True, timeout=PATIENCE)
        self.assertRegex(done.stdout, r"^127\.0\.0\.1 127\.0\.0\.1:\d+ acknowledged 2/2 age \d+\n"
                         r"127\.0\.0\.3 127\.0\.0\.3:\d+ (pending|timeout) 0/2 retried 2: "
                         r"no map-notify\n$")
        for eid in daemon.status("eids"):
            self.assertEqual(eid["acknowledged"], 1)
            self.assertEqual([one["server"] for one in eid["servers"]], ["127.0.0.1", "127.0.0.3"])
            self.assertEqual(eid["servers"][0]["state"], "acknowledged")
            self.assertIn(eid["servers"][1]["state"], ("pending", "timeout"))

    def test_messages_in_the_form_of_2012(self):
        server = self.map_server("key")
        config = self.configure(server.line())
        for options, raw in (("-v", 0), ("-vv", 2)):
            done = subprocess.run(self.command("--once", options, "--log-format", "v102", "-f",
                                               config), capture_output=True, text=True,
                                  check=True, timeout=PATIENCE)
            for line in ("Map-Register Packet", "lisp_type\t\t= 3", "Map-Notify Packet",
                         "lisp_type\t\t= 4"):
                self.assertEqual(done.stderr.count("\n" + line + "\n"), 1, line)
            self.assertEqual(done.stderr.count("\n0x"), raw)

    def test_progress_on_a_terminal(self):
        server = self.map_server("key")
        silent = self.map_server("key", address="127.0.0.3", silent=True)
        outer, inner = pty.openpty()
        with subprocess.Popen(self.command("--once", "--timeout", "3", "-f",
                                           self.configure(server.line(), silent.line())),
                              stdout=subprocess.PIPE, stderr=inner) as once:
            os.close(inner)
            written = b""
            while b"2 of 4 acknowledgements of 2 map-servers" not in written:
                self.assertTrue(select.select([outer], [], [], PATIENCE)[0], written)
                written += os.read(outer, 4096)
            self.assertIn(b" acknowledged 2/2\n", once.communicate(timeout=PATIENCE)[0])
        os.close(outer)

    def test_broken_edit_is_told_once_and_the_next_good_one_taken(self):
        server = self.map_server("key")
        daemon, path = self.running(server, args=["-v"])
        self.configure(server.line(), eids=EIDS.replace("132.227.62.243 1 ", "132.227.62.243 700 "))
        daemon.wait_for(r"lisp\.conf:7:16: .*700")
        daemon.wait_for(r"lisp\.conf: edited, not reloaded because of errors")
        os.utime(path)
        daemon.wait_for(r"lisp\.conf: written, nothing new")
        self.assertEqual(len([line for line in daemon.stderr if "700" in line]), 1)
        self.assertEqual(len(daemon.status("eids")), 2)
        self.assertTrue(server.registers.empty())
        self.configure(server.line(), eids=EIDS.replace("132.227.62.243 1 ", "132.227.62.243 70 "))
        daemon.wait_for(r"lisp\.conf: edited, reloaded")
        self.assertEqual(server.next().priorities["153.16.38.0/25", "132.227.62.243"], 70)

    def test_touch_leads_to_nothing(self):
        server = self.map_server("key")
        daemon, path = self.running(server, args=["-v"])
        os.utime(path)
        daemon.wait_for(r"lisp\.conf: written, nothing new")
        self.assertTrue(server.registers.empty())
        self.assertFalse([line for line in daemon.stderr if "reloaded" in line])

    def key_file(self, key, name="key"):
        """Put in place as careful programs do."""
        path = os.path.join(self.directory, name)
        write_secret(path + ".new", key + "\n")
        os.rename(path + ".new", path)

    def test_key_file_that_is_replaced_is_used_at_once(self):
        server = self.map_server("first")
        self.key_file("first")
        daemon = self.daemon("-f", self.configure(server.line("-", "key-file=key")))
        daemon.wait_for(r"acknowledged 2/2")
        self.assertTrue(server.next().is_authentic("first"))
        for key in "second", "third":
            server.key = key
            self.key_file(key)
            register = server.next()
            self.assertTrue(register.is_authentic(key))
            self.assertEqual(len(register.eids), 2)
        write_secret(os.path.join(self.directory, "key"), "fourth\n")  # in place
        self.assertTrue(server.next().is_authentic("fourth"))

    def test_broken_key_file_is_told_and_changes_nothing(self):
        server = self.map_server("first")
        self.key_file("first")
        daemon = self.daemon("-f", self.configure(server.line("-", "key-file=key")))
        daemon.wait_for(r"acknowledged 2/2")
        server.next()
        key = os.path.join(self.directory, "key")
        for break_it, told in ((lambda: self.key_file("# none"), r"no key"),
                               (lambda: os.chmod(key, 0o644), r"open to group or others"),
                               (lambda: os.remove(key), r"No such file")):
            start = len(daemon.stderr)
            break_it()
            daemon.wait_for(r"lisp\.conf:2:1: \S+key: .*" + told, start)
            daemon.wait_for(r"lisp\.conf: edited, not reloaded because of errors", start)
        self.assertEqual(daemon.status("servers")[0]["state"], "acknowledged")
        self.assertTrue(server.registers.empty())
        self.key_file("first")
        daemon.wait_for(r"lisp\.conf: edited, says what is in force")
        server.key = "second"
        self.key_file("second")
        self.assertTrue(server.next().is_authentic("second"))

    def test_key_file_that_an_edit_names_before_it_is_there(self):
        server = self.map_server("first")
        daemon = self.daemon("-f", self.configure(server.line()))
        daemon.wait_for(r"acknowledged 2/2")
        server.next()
        self.configure(server.line("-", "key-file=keys/late"))
        daemon.wait_for(r"lisp\.conf: edited, not reloaded because of errors")
        server.key = "late"
        os.mkdir(os.path.join(self.directory, "keys"))
        self.key_file("late", "keys/late")
        self.assertTrue(server.next().is_authentic("late"))

    def test_mass_removal_waits_to_be_asked_for(self):
        server = self.map_server("key")
        eids = [f"@EID\n10.0.{i}.0 24 60 1\n192.0.2.1 1 100 1\n" for i in range(5)]
        daemon, _ = self.running(server, "".join(eids))
        self.configure(server.line(), eids="".join(eids[:2]))
        daemon.wait_for(r"warning: \S+lisp\.conf: edited, not reloaded because 3 of 5 EIDs are "
                        r"gone; SIGHUP or 'lisp-status lisp-registerd reload'")
        self.assertEqual(len(daemon.status("eids")), 5)
        self.assertTrue(daemon.status("reload")[0]["reloaded"])
        self.assertEqual(len(daemon.status("eids")), 2)
        self.configure(server.line(), eids=eids[0])  # half of those, no more
        daemon.wait_for(r"lisp\.conf: edited, reloaded")
        self.assertEqual(len(daemon.status("eids")), 1)

    def test_hundreds_of_eids_fit_small_packets(self):
        server = self.map_server("key")
        eids = "".join(f"@EID\n10.1.{i // 256}.{i % 256} 32 60 1\n192.0.2.1 1 100 1\n"
                       for i in range(600))
        status, told = self.once("-f", self.configure(server.line(), eids=eids))
        self.assertEqual(status, 0)
        self.assertEqual(told[0]["acknowledged"], 600)
        seen = set()
        while not server.registers.empty():
            register = server.next()
            self.assertLessEqual(len(register.octets), 548)
            seen.update(register.eids)
        self.assertEqual(len(seen), 600)

    def test_source_address_and_port(self):
        server = self.map_server("key")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind(("127.0.0.4", 0))
            port = probe.getsockname()[1]
        status, _ = self.once("--source", "127.0.0.4", "--source-port", str(port), "-f",
                              self.configure(server.line()))
        self.assertEqual(status, 0)
        self.assertEqual(server.next().source, ("127.0.0.4", port))

    def test_interval(self):
        server = self.map_server("key")
        began = time.monotonic()
        self.daemon("--interval", "1", "-f", self.configure(server.line()))
        registers = [server.next() for _ in range(3)]
        self.assertGreater(time.monotonic() - began, 1.9)
        self.assertEqual(sorted({one.nonce for one in registers}),
                         [one.nonce for one in registers])

    def test_check_and_usage(self):
        path = self.configure("127.0.0.1 key\n")
        run = lambda *args: subprocess.run(  # noqa: E731
            self.command(*args), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(run("-n", "-f", path).returncode, 0)
        self.assertFalse(os.path.exists(os.path.join(self.directory, "state")))
        broken = self.configure("127.0.0.1 key alg=md5\n")
        done = run("-n", "-f", broken)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, r"lisp\.conf:2:\d+: ")
        for wrong in (["--interval", "0"], ["--mtu", "20"], ["--json"], ["--source", "nowhere"]):
            self.assertEqual(run("-f", self.configure("127.0.0.1 key\n"), *wrong).returncode, 2)

    def test_check_tells_every_error_with_its_place(self):
        path = write_secret(os.path.join(self.directory, "lisp.conf"), """\
# five errors, one of them indented
@MAPSERVER
ms.example.net\tsecret alg=md5
192.0.2.1 secret port=70000
@EID
10.1.0.0 33 60 1
192.0.2.1 1 100 1

@EID
10.2.0.0 16 60 1
  192.0.2.1  256 100 1 # too much
192.0.2.2 1 100 1

@EID
10.3.0.0/16 60 1
192.0.2.1 1 100 1
@EID
10.3.0.0 16 60 1
192.0.2.1 1 100 1
""")
        done = subprocess.run(self.command("-n", "-f", path), capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, f"""\
{path}:3:27: md5 is no alg, expected sha1, sha256 or hkdf
{path}:4:23: 70000 is no port, expected 1 to 65535
{path}:6:10: 33 is no mask length, expected 0 to 32
{path}:11:14: 256 is no priority, expected 0 to 255
{path}:18:1: 10.3.0.0/16 again, first on line 15, expected it once
""")


if __name__ == "__main__":
    BINDIR = sys.argv.pop(1)
    unittest.main()
