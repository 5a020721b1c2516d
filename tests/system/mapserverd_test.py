"""lisp-mapserverd over loopback, with the daemons of a site and lisp-request.

    python3 mapserverd_test.py BINDIR [unittest arguments]
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from daemons import PATIENCE, Daemon, write_secret  # noqa: E402
from packets import (encapsulated, map_notify, map_register, map_request, record,  # noqa: E402
                     signed, udp)

BINDIR = ""
DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data")

# Addresses of this test alone: Map-Requests are passed on to port 4342.
SERVER = "127.43.42.1"
ETR = "127.43.42.2"

SITES = """\
@SITE golden
key golden-key-1
eid 203.0.113.0/24
eid 2001:db8:1::/48 more-specifics=yes
@SITE forwarded
key site-key key-id=0
eid 198.51.100.0/25
@SITE answered
key other-key alg=sha256
eid 192.0.2.0/24 proxy=yes
"""


def golden(name):
    with open(os.path.join(DATA, "golden-packets.txt")) as file:
        for line in file:
            if line.startswith(name + "\t"):
                return bytes.fromhex(line.split("\t")[3])
    raise KeyError(name)


def built(name):
    return os.path.exists(os.path.join(BINDIR, name))


class MapServer(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.sites = self.write("mapserver.conf", SITES)
        self.server = self.start("lisp-mapserverd", "-l", SERVER + ":0", "-f", self.sites)
        self.port = self.server.listen[0][1]

    def write(self, name, text):
        return write_secret(os.path.join(self.directory, name), text)

    def start(self, name, *args):
        daemon = Daemon(BINDIR, name, args)
        self.addCleanup(daemon.stop)
        return daemon

    def site(self, eid, key, options=""):
        return self.write("lisp.conf", f"@MAPSERVER\n{SERVER} {key} port={self.port} {options}\n"
                                       f"@MAPRESOLVER\n{SERVER}:{self.port}\n"
                                       f"@EID\n{eid} 1440 1\n{ETR} 1 100 1\n")

    def register(self, config, timeout="5"):
        command = [os.path.join(BINDIR, "lisp-registerd"), "--once", "--timeout", timeout,
                   "-f", config, "--run", os.path.join(self.directory, "run"),
                   "--state", os.path.join(self.directory, "state")]
        return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                              timeout=PATIENCE).returncode

    def ask(self, *args):
        command = [os.path.join(BINDIR, "lisp-request"), *args]
        return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)

    def ask_server(self, *eids):
        """The exit status, and the JSON of each EID."""
        done = self.ask("-m", f"{SERVER}:{self.port}", "--json", *eids)
        self.assertEqual(done.stderr, "")
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def socket(self):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(opened.close)
        opened.bind((SERVER, 0))
        opened.settimeout(PATIENCE)
        return opened

    def registrations(self):
        return self.server.status("registrations")


class Packets(MapServer):
    def test_C112_map_notify_is_the_golden_one(self):
        etr = self.socket()
        for name in ("SHA1-20", "SHA256-32", "HKDF-16"):
            etr.sendto(golden("REG-" + name), (SERVER, self.port))
            answer, source = etr.recvfrom(65536)
            self.assertEqual(answer, golden("NTF-" + name))
            self.assertEqual(source, (SERVER, self.port))

    def test_C108_wrong_mac_is_told_once_and_not_answered(self):
        etr = self.socket()
        etr.sendto(golden("REG-TAMPERED"), (SERVER, self.port))
        line = self.server.wait_for("authentication failed").string
        self.assertIn("map-register", line)
        self.assertIn("site golden", line)
        self.assertNotIn("golden-key-1", line)
        etr.sendto(golden("REG-SHA1-20"), (SERVER, self.port))
        self.assertEqual(etr.recv(65536), golden("NTF-SHA1-20"))

    def test_C109_replay_is_told(self):
        etr = self.socket()
        for name in ("REG-SHA256-32", "REG-SHA1-20"):
            etr.sendto(golden(name), (SERVER, self.port))
        self.server.wait_for("replayed")

    def test_malformed_message_is_told_and_survived(self):
        etr = self.socket()
        etr.sendto(golden("REG-SHA1-20")[:40], (SERVER, self.port))
        self.server.wait_for(r"map-register: truncated at \d+ \(")
        etr.sendto(golden("REG-SHA1-20"), (SERVER, self.port))
        self.assertEqual(etr.recv(65536), golden("NTF-SHA1-20"))


    def test_C086_zero_inner_checksum_by_option(self):
        itr = self.socket()
        asked = map_request(7, "10.0.0.1/32", SERVER)
        inner = udp(SERVER, "10.0.0.1", asked, sport=itr.getsockname()[1])
        octets = encapsulated(inner[:26] + bytes(2) + inner[28:])
        itr.sendto(octets, (SERVER, self.port))
        self.server.wait_for("encapsulated-control: no inner UDP checksum")
        lenient = self.start("lisp-mapserverd", "-l", SERVER + ":0", "-f", self.sites,
                             "--accept-zero-checksum")
        itr.sendto(octets, lenient.listen[0])
        answer, source = itr.recvfrom(65536)
        self.assertEqual(source, lenient.listen[0])
        self.assertEqual((answer[0] >> 4, answer[4:12]), (2, asked[4:12]))


class Answers(MapServer):
    def test_C117_unknown_eids_are_negative(self):
        status, (outside, unregistered) = self.ask_server("10.0.0.1", "203.0.113.7")
        self.assertEqual(status, 1)
        self.assertEqual([outside["result"], unregistered["result"]], ["negative"] * 2)
        self.assertEqual(outside["records"][0]["eid"], "0.0.0.0/1")
        self.assertEqual(outside["records"][0]["ttl"], 15)
        self.assertEqual(outside["records"][0]["action"], "natively-forward")
        self.assertEqual(unregistered["records"][0]["eid"], "203.0.113.0/24")
        self.assertEqual(unregistered["records"][0]["ttl"], 1)

    def test_C115_registered_with_proxy_is_answered_here(self):
        etr = self.socket()
        etr.sendto(golden("REG-SHA1-20"), (SERVER, self.port))
        etr.recv(65536)
        status, (answer,) = self.ask_server("203.0.113.7")
        self.assertEqual(status, 0)
        self.assertEqual(answer["from"], f"{SERVER}:{self.port}")
        self.assertGreater(answer["rtt-us"], 0)
        (record,) = answer["records"]
        self.assertEqual(record["eid"], "203.0.113.0/24")
        self.assertFalse(record["authoritative"])
        self.assertEqual([(l["rloc"], l["local"]) for l in record["locators"]],
                         [("198.51.100.9", False), ("198.51.100.10", False)])

    def test_plain_requests_and_text(self):
        etr = self.socket()
        etr.sendto(golden("REG-SHA1-20"), (SERVER, self.port))
        etr.recv(65536)
        done = self.ask("-m", f"{SERVER}:{self.port}", "--no-ecm", "203.0.113.7")
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, rf"^Received map-reply from {SERVER} with rtt \d\.\d+ secs\n")
        self.assertIn("\nMapping entry for EID 203.0.113.7:\n203.0.113.0/24, record ttl: 1440\n",
                      done.stdout)
        self.assertRegex(done.stdout, r"\n  198\.51\.100\.9 +up +1/50\n")

    def test_C123_probes_get_no_answer(self):
        done = self.ask("-m", f"{SERVER}:{self.port}", "--probe", "--count", "1", "--timeout", "1",
                        "203.0.113.7")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no map-reply", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_reload_changes_the_sites(self):
        self.write("mapserver.conf", "@SITE other\nkey k\neid 10.0.0.0/8\n")
        self.server.reload(r": reloaded$")
        status, (answer,) = self.ask_server("10.0.0.1")
        self.assertEqual(answer["records"][0]["ttl"], 1)
        self.assertEqual(answer["records"][0]["eid"], "10.0.0.0/8")

    def test_edit_changes_the_sites_without_a_signal(self):
        self.write("mapserver.conf", SITES + "@SITE other\nkey k\neid 10.0.0.0/8\n")
        self.server.wait_for(r"mapserver\.conf: edited, reloaded$")
        _, (answer,) = self.ask_server("10.0.0.1")
        self.assertEqual(answer["records"][0]["eid"], "10.0.0.0/8")
        start = len(self.server.stderr)
        self.write("mapserver.conf", "@SITE other\nkey k\neid 10.0.0.0/8\n")
        self.server.wait_for(r"mapserver\.conf: edited, not reloaded because 4 of 5 EIDs", start)
        self.write("mapserver.conf", "@SITE other\nkey k\neid 10.0.0.0/88\n")
        self.server.wait_for(r"mapserver\.conf:3:\d+: ", start)
        self.write("mapserver.conf", SITES + "@SITE other\nkey k\neid 10.0.0.0/8\n")
        self.server.wait_for(r"mapserver\.conf: edited, says what is in force", start)


class Refusals(MapServer):
    """What is wrong with a Map-Register is told to the operator, and to nobody else."""

    SITES = """\
@SITE one
key key key-id=0
eid 10.1.0.0/16 more-specifics=yes
eid 10.2.0.0/16
eid 2001:db8::/32
rloc 192.0.2.1
@SITE another
key anothers
eid 10.3.0.0/16
"""

    def setUp(self):
        super().setUp()
        self.write("mapserver.conf", self.SITES)
        self.server.reload(r": reloaded$")
        self.etr = self.socket()
        self.nonce = 1000
        self.register(record("10.1.0.0/16", "192.0.2.1"))
        self.assert_silent_so_far()

    def register(self, *records, **words):
        self.nonce += 1
        self.etr.sendto(map_register(self.nonce, *records, **words), (SERVER, self.port))

    def assert_silent_so_far(self):
        """The first to come is the answer to this, or was to the one that setUp() has sent."""
        self.assertEqual(int.from_bytes(self.etr.recv(65536)[4:12], "big"), self.nonce)

    def expect(self, counter, said, octets):
        (before,) = self.server.status("counters")
        start = len(self.server.stderr)
        self.etr.sendto(octets, (SERVER, self.port))
        line = self.server.wait_for(said + "$", start).string
        source = "{}:{}".format(*self.etr.getsockname())
        self.assertIn(f"warning: {source}: map-register: ", line)
        self.assertNotIn("key", line.replace("key of that Key ID", ""))
        self.register(record("10.1.0.0/16", "192.0.2.1"))
        self.assert_silent_so_far()
        (after,) = self.server.status("counters")
        self.assertEqual(after[counter], before[counter] + 1)
        self.assertEqual(len(self.server.stderr), start + 1)

    def refused(self, counter, said, eid, rloc="192.0.2.1", **words):
        self.nonce += 1
        self.expect(counter, said, map_register(self.nonce, record(eid, rloc), **words))

    def test_C108_wrong_key(self):
        self.refused("bad-authentication", r"authentication failed, EID 10\.1\.2\.0/24, site one",
                     "10.1.2.0/24", key=b"wrong")

    def test_C108_another_sites_key(self):
        self.refused("bad-authentication", r"authentication failed, EID 10\.1\.0\.0/16, site one",
                     "10.1.0.0/16", key=b"anothers")

    def test_unknown_key_id(self):
        body = record("10.1.0.0/16", "192.0.2.1")
        self.expect("unknown-key", r"the site has no key of that Key ID and algorithm, "
                    r"EID 10\.1\.0\.0/16, site one",
                    signed(3 << 28 | 1 << 8 | 1, self.nonce + 1, b"key", body, key_id=9))

    def test_unknown_algorithm(self):
        octets = bytearray(map_register(self.nonce + 1, record("10.1.0.0/16", "192.0.2.1")))
        octets[13] = 77
        self.expect("unknown-algorithm", r"no known authentication algorithm, or not its length, "
                    r"EID 10\.1\.0\.0/16, site one", bytes(octets))

    def test_C109_replay(self):
        old = map_register(5, record("10.1.0.0/16", "192.0.2.1"))
        self.expect("replayed", r"nonce not greater than the last: replayed\?, "
                    r"EID 10\.1\.0\.0/16, site one", old)

    def test_eid_of_nobody(self):
        self.refused("foreign-eid", r"EID not configured for the site, EID 172\.16\.0\.0/12",
                     "172.16.0.0/12")

    def test_more_specific_that_is_not_allowed(self):
        self.refused("more-specific", r"the site may register no more-specifics of its EID, "
                     r"EID 10\.2\.1\.0/24, site one", "10.2.1.0/24")

    def test_foreign_rloc(self):
        self.refused("rloc-not-allowed", r"RLOC not allowed for the site, "
                     r"EID 10\.1\.0\.0/16, site one", "10.1.0.0/16", "192.0.2.9")

    def test_C113_of_several_records_each_is_refused_alone(self):
        """The others are taken; the first that is wrong is told, and all are counted."""
        for counter, eid, rloc in (("foreign-eid", "10.3.0.0/16", "192.0.2.1"),
                                   ("more-specific", "10.2.1.0/24", "192.0.2.1"),
                                   ("rloc-not-allowed", "10.2.0.0/16", "192.0.2.9"),
                                   ("duplicate-eid", "10.1.0.0/16", "192.0.2.1")):
            start = len(self.server.stderr)
            (before,) = self.server.status("counters")
            self.register(record("10.1.0.0/16", "192.0.2.1"), record(eid, rloc))
            self.etr.recv(65536)
            (after,) = self.server.status("counters")
            self.assertEqual(after[counter], before[counter] + 1)
            self.server.wait_for(f"EID {eid}, site one$", start)
            self.assertEqual([each["eid"] for each in self.registrations()], ["10.1.0.0/16"])

    def test_malformed(self):
        octets = map_register(self.nonce + 1, record("10.1.0.0/16", "192.0.2.1"))
        self.expect("malformed", r"truncated at \d+ \(.*\)", octets[:60])

    def test_floods_are_told_in_a_few_lines(self):
        start = len(self.server.stderr)
        for _ in range(500):
            self.register(record("10.1.2.0/24", "192.0.2.1"), key=b"wrong")
        self.register(record("10.1.0.0/16", "192.0.2.1"))
        self.assert_silent_so_far()
        (counters,) = self.server.status("counters")
        self.assertGreater(counters["bad-authentication"], 100)
        self.assertLess(len(self.server.stderr) - start, 100)


class Oversize(unittest.TestCase):
    def test_map_notify_that_fits_no_datagram_is_told(self):
        """Over IPv6 a Map-Register may be longer than any Map-Notify here."""
        with tempfile.TemporaryDirectory() as directory:
            sites = write_secret(os.path.join(directory, "mapserver.conf"),
                                 "@SITE one\nkey key\neid 2001:db8::/32 more-specifics=yes\n")
            server = Daemon(BINDIR, "lisp-mapserverd", ["-l", "[::1]:0", "-f", sites])
            self.addCleanup(server.stop)
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as etr:
                etr.settimeout(PATIENCE)
                rlocs = [f"2001:db8:1::{i:x}" for i in range(1, 248)]
                records = [record(f"2001:db8:{i:x}::/48", *rlocs[:247 if i < 11 else 246],
                                  priority=0) for i in range(2, 13)]
                octets = map_register(1, *records)
                self.assertEqual(len(octets), 65516)
                etr.sendto(octets, server.listen[0][:2])
                server.wait_for(r"map-register: the answer fits no datagram, "
                                r"EID 2001:db8:2::/48, site one$")
                etr.sendto(map_register(2, records[0]), server.listen[0][:2])
                self.assertEqual(etr.recv(65536)[:12], map_notify(2, records[0])[:12])
            (counters,) = server.status("counters")
            self.assertEqual(counters["too-large"], 1)


class Statics(MapServer):
    def test_are_answered_listed_and_changed_by_an_edit(self):
        self.write("mapserver.conf", SITES + "@STATIC\n203.0.113.128/25 192.0.2.1 weight=10\n"
                   "203.0.113.128/25 2001:db8::1 priority=2\n10.0.0.0/8 action=policy\n")
        self.server.wait_for(r"mapserver\.conf: edited, reloaded$")
        status, (fixed, negative, unregistered) = self.ask_server(
            "203.0.113.129", "10.0.0.1", "203.0.113.1")
        self.assertEqual(status, 1)
        (record,) = fixed["records"]
        self.assertEqual((record["eid"], record["ttl"]), ("203.0.113.128/25", 1440))
        self.assertEqual([(each["rloc"], each["priority"], each["weight"], each["reachable"])
                          for each in record["locators"]],
                         [("192.0.2.1", 1, 10, True), ("2001:db8::1", 2, 100, True)])
        self.assertEqual(negative["records"][0]["action"], "drop-policy-denied")
        self.assertEqual(unregistered["records"][0]["eid"], "203.0.113.0/25")
        listed = self.registrations()
        self.assertEqual([(each["eid"], each["static"], each.get("action")) for each in listed],
                         [("10.0.0.0/8", True, "drop-policy-denied"),
                          ("203.0.113.128/25", True, None)])
        self.assertEqual(self.server.status()[0]["static"], 2)
        start = len(self.server.stderr)
        self.write("mapserver.conf", SITES + "@STATIC\n203.0.113.128/25 192.0.2.2\n")
        self.server.wait_for(r"mapserver\.conf: edited, reloaded$", start)
        _, (fixed,) = self.ask_server("203.0.113.129")
        self.assertEqual([each["rloc"] for each in fixed["records"][0]["locators"]], ["192.0.2.2"])


class Usage(unittest.TestCase):
    def status(self, *args):
        return subprocess.run([os.path.join(BINDIR, args[0]), *args[1:]], capture_output=True,
                              timeout=PATIENCE).returncode

    def test_C103_exit_status_2_for_wrong_usage(self):
        for args in ([], ["-m", SERVER], ["-m", SERVER, "no-eid"], ["-m", SERVER, "10.0.0.0/33"],
                     ["-m", SERVER, "--count", "6", "10.0.0.1"],
                     ["-m", SERVER, "--count", "0", "10.0.0.1"],
                     ["-m", SERVER, "--timeout", "9", "10.0.0.1"],
                     ["-m", SERVER, "-s", "elsewhere", "10.0.0.1"]):
            self.assertEqual(self.status("lisp-request", *args), 2, args)
        self.assertEqual(self.status("lisp-request", "--help"), 0)
        self.assertEqual(self.status("lisp-mapserverd", "--help"), 0)

    def test_no_route_is_a_failure_of_the_network(self):
        done = subprocess.run([os.path.join(BINDIR, "lisp-request"), "-m", "255.255.255.255",
                               "10.0.0.1"], capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "lisp-request: no route to 255.255.255.255\n")

    def test_mapserverd_refuses_what_it_cannot_use(self):
        with tempfile.TemporaryDirectory() as directory:
            good = write_secret(os.path.join(directory, "good.conf"), SITES)
            bad = write_secret(os.path.join(directory, "bad.conf"), "@SITE\nkey\n")
            run = ["--run", os.path.join(directory, "run"), "--state"]
            state = os.path.join(directory, "state")
            self.assertEqual(self.status("lisp-mapserverd", "-n", "-f", good, *run, state), 0)
            self.assertEqual(self.status("lisp-mapserverd", "-n", "-f", bad, *run, state), 1)
            self.assertEqual(self.status("lisp-mapserverd", "-f", good, "-l", SERVER + ":0", *run,
                                         os.path.join(good, "no-directory")), 1)


class Site(MapServer):
    """The whole way of a site: registered, asked for, answered."""

    def setUp(self):
        for name in ("lisp-registerd", "lisp-replyd"):
            if not built(name):
                self.skipTest(name + " is not built")
        super().setUp()

    def test_registers_with_the_right_key_only(self):
        self.assertEqual(self.register(self.site("198.51.100.0/25", "site-key")), 0)
        (registration,) = self.registrations()
        self.assertEqual(registration["eid"], "198.51.100.0/25")
        self.assertEqual(registration["site"], "forwarded")
        self.assertEqual(registration["locators"][0]["rloc"], ETR)
        self.assertFalse(registration["proxy"])
        self.assertIn(registration["expires"], range(170, 181))
        self.assertEqual(self.register(self.site("198.51.100.0/25", "wrong-key"), "1"), 1)
        self.assertEqual(self.register(self.site("198.51.100.128/25", "site-key"), "1"), 1)
        self.assertEqual(len(self.registrations()), 1)

    def test_C126_registered_eid_is_forwarded_to_the_etr(self):
        config = self.site("198.51.100.0/25", "site-key")
        replyd = self.start("lisp-replyd", "-l", ETR, "-f", config)
        self.assertEqual(replyd.listen, [(ETR, 4342)])
        self.assertEqual(self.register(config), 0)
        status, (answer,) = self.ask_server("198.51.100.7")
        self.assertEqual(status, 0)
        self.assertEqual(answer["from"], ETR + ":4342")
        self.assertTrue(answer["records"][0]["authoritative"])
        self.assertEqual(answer["records"][0]["locators"][0]["rloc"], ETR)
        # With the resolver of lisp.conf, and past it.
        self.assertEqual(self.ask("-f", config, "198.51.100.7").returncode, 0)
        probe = self.ask("-m", ETR, "--probe", "198.51.100.0/25")
        self.assertEqual(probe.returncode, 0)
        self.assertRegex(probe.stdout, rf"{ETR} +up +1/100  probed")

    def test_C115_answered_for_the_site_that_has_no_replyd(self):
        self.assertEqual(self.register(self.site("192.0.2.0/24", "other-key", "alg=sha256")), 0)
        status, (answer,) = self.ask_server("192.0.2.7")
        self.assertEqual(status, 0)
        self.assertEqual(answer["from"], f"{SERVER}:{self.port}")
        self.assertEqual(answer["records"][0]["locators"][0]["rloc"], ETR)
        self.assertFalse(answer["records"][0]["authoritative"])

    def test_reload_keeps_registrations(self):
        self.assertEqual(self.register(self.site("198.51.100.0/25", "site-key")), 0)
        self.write("mapserver.conf", SITES.replace("golden", "renamed"))
        self.server.reload(r": reloaded$")
        self.assertEqual([each["eid"] for each in self.registrations()], ["198.51.100.0/25"])
        self.write("mapserver.conf", SITES.replace("site-key", "new-key"))
        self.server.reload(r": reloaded$")
        self.assertEqual(self.registrations(), [])


class Batch(MapServer):
    """Many EIDs on standard input."""

    def test_each_eid_is_answered_once(self):
        eids = [f"203.0.113.{i}" for i in range(256)] * 8 + ["10.0.0.1/32", "[7]10.0.0.1/32"]
        command = [os.path.join(BINDIR, "lisp-request"), "-m", f"{SERVER}:{self.port}", "--json",
                   "-v", "-"]
        done = subprocess.run(command, input="\n".join(eids), capture_output=True, text=True,
                              timeout=PATIENCE)
        self.assertEqual(done.returncode, 1)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(sorted(each["eid"].partition("/")[0] for each in answers),
                         sorted(eid.partition("/")[0] for eid in eids))
        self.assertEqual({each["result"] for each in answers}, {"negative"})
        self.assertRegex(done.stderr, r"\n0 positive, 2050 negative, 0 without an answer; "
                                      r"\d+ answers a second, \d+ us to one\n$")

    def test_what_is_no_eid_is_refused_before_anything_is_asked(self):
        command = [os.path.join(BINDIR, "lisp-request"), "-m", f"{SERVER}:{self.port}", "-"]
        done = subprocess.run(command, input="10.0.0.1 elsewhere\n", capture_output=True,
                              text=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertIn("elsewhere is no EID", done.stderr)


class Moves(MapServer):
    """An EID that is another ETR's from now on."""

    ANOTHER = "127.43.42.3"

    def setUp(self):
        super().setUp()
        self.write("mapserver.conf", "@SITE one\nkey key\neid 10.0.0.0/8 more-specifics=yes\n")
        self.server.reload(r": reloaded$")

    def etr(self):
        opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(opened.close)
        opened.bind((self.ANOTHER, 0))
        opened.settimeout(PATIENCE)
        return opened

    def register_here(self, opened, nonce, rloc):
        opened.sendto(map_register(nonce, record("10.0.0.1/32", rloc)), (SERVER, self.port))
        return opened.recv(65536)

    def test_C120_old_etr_is_told_until_it_acknowledges(self):
        old, new = self.socket(), self.etr()
        self.register_here(old, 1, "192.0.2.1")
        self.register_here(new, 2, "192.0.2.2")
        told = old.recv(65536)
        self.assertEqual(told[0] >> 4, 4)
        nonce = int.from_bytes(told[4:12], "big")
        expected = map_notify(nonce, record("10.0.0.1/32", "192.0.2.2"))
        self.assertEqual(told, expected)
        self.assertEqual(old.recv(65536), expected)  # nobody has acknowledged it
        body = record("10.0.0.1/32", "192.0.2.2")
        old.sendto(signed(5 << 28 | 1, nonce, b"key", body), (SERVER, self.port))
        # What comes after it has been read, so that must have been, too.
        self.register_here(old, 3, "192.0.2.1")
        (counters,) = self.server.status("counters")
        self.assertEqual(counters["map-notify-acks"], 1)
        self.assertEqual(counters["unsolicited-notifies"], 2)

    def test_C060_registerd_acknowledges(self):
        if not built("lisp-registerd"):
            self.skipTest("lisp-registerd is not built")
        config = self.site("10.0.0.1/32", "key", "alg=sha256")
        registerd = self.start("lisp-registerd", "-f", config)
        registerd.wait_for("acknowledged")
        self.register_here(self.etr(), 1 << 62, "192.0.2.2")
        # Its Map-Notify-Ack comes before whatever it says next.
        for _ in range(100):
            (counters,) = self.server.status("counters")
            if counters["map-notify-acks"]:
                break
            self.ask_server("10.0.0.1")
        self.assertEqual(counters["map-notify-acks"], 1)

    def test_C119_merged_registrations_are_answered_together(self):
        self.write("mapserver.conf", "@SITE one\nkey key\neid 10.0.0.0/8 proxy=yes\n")
        self.server.reload(r": reloaded$")
        for nonce, opened, rloc in ((1, self.socket(), "192.0.2.2"), (2, self.etr(), "192.0.2.1")):
            head = 3 << 28 | 1 << 10 | 1 << 8 | 1
            body = record("10.0.0.0/8", rloc)
            opened.sendto(signed(head, nonce, b"key", body), (SERVER, self.port))
            opened.recv(65536)
        _, (answer,) = self.ask_server("10.0.0.1")
        self.assertEqual([each["rloc"] for each in answer["records"][0]["locators"]],
                         ["192.0.2.1", "192.0.2.2"])


if __name__ == "__main__":
    BINDIR = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
