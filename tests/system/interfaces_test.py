"""lisp-registerd and the addresses of its host, which come and go.

    python3 interfaces_test.py BINDIR [unittest arguments]

Runs itself again in a network namespace of its own, where this user may make one; else says so and
exits with 77.
"""

import os
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import own_network  # noqa: E402
import registerd_test  # noqa: E402

OWN = "192.0.2.1"
OWN6 = "2001:db8::1"

EIDS = f"""
@EID
10.0.0.0 24 60 1
{OWN} 1 50 1
{OWN6} 1 50 1

@EID
10.0.1.0 24 60 1
{OWN6} 1 100 1
{OWN} 2 100 0
"""


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True)


class Interfaces(registerd_test.RegisterdCase):
    def setUp(self):
        super().setUp()
        self.server = self.map_server("key")

    def start(self, eids=EIDS, words="whole-site=no"):
        path = self.configure(self.server.line(words=words), eids=eids)
        daemon = self.daemon("-f", path)
        daemon.wait_for(r"acknowledged (\d+)/\1")
        return daemon, self.server.next()

    def link(self, *addresses):
        """A link with these addresses, and one at its other end."""
        ip("link add lisp0 type veth peer name lisp1")
        self.addCleanup(subprocess.run, ["ip", "link", "del", "lisp0"], stderr=subprocess.DEVNULL)
        ip("link set lisp0 up")
        ip("link set lisp1 up")
        for address in addresses:
            ip(f"addr add dev lisp0 {address}" + (" nodad" if ":" in address else ""))

    def add(self, address):
        ip(f"addr add dev lo {address}")
        self.addCleanup(subprocess.run, ["ip", "addr", "del", "dev", "lo", address],
                        stderr=subprocess.DEVNULL)

    def test_an_address_that_goes_and_comes_back(self):
        self.add(OWN + "/32")
        self.add(OWN6 + "/128")
        daemon, register = self.start()
        self.assertEqual(register.unreachable, set())
        for rloc, length, eids in ((OWN, 32, ["10.0.0.0/24"]),
                                   (OWN6, 128, ["10.0.0.0/24", "10.0.1.0/24"])):
            ip(f"addr del dev lo {rloc}/{length}")
            register = self.server.next()
            self.assertTrue(register.is_authentic("key"))
            self.assertEqual(register.eids, eids)
            self.assertEqual(register.unreachable, {(eid, rloc) for eid in eids})
            daemon.wait_for(f"warning: own RLOC {rloc}: no longer an address of this host")
            told = {(one["eid"], locator["rloc"]) for one in daemon.status("eids")
                    for locator in one["locators"] if not locator["reachable"]}
            self.assertEqual(told, register.unreachable)
            ip(f"addr add dev lo {rloc}/{length}")
            register = self.server.next()
            self.assertEqual((register.eids, register.unreachable), (eids, set()))
            daemon.wait_for(f"own RLOC {rloc}: again an address of this host")
        self.assertTrue(self.server.registers.empty())

    def test_a_link_that_goes_takes_its_addresses_along(self):
        self.link(OWN + "/24", OWN6 + "/64")
        _, register = self.start()
        self.assertEqual(register.unreachable, set())
        ip("link del lisp0")
        lost = set()
        while len(lost) < 3:  # at once, or one family after the other
            lost |= self.server.next().unreachable
        self.assertEqual(lost, {("10.0.0.0/24", OWN), ("10.0.0.0/24", OWN6),
                                ("10.0.1.0/24", OWN6)})

    def test_an_ipv6_address_is_back_when_it_is_tentative_no_more(self):
        self.link(OWN6 + "/64")
        daemon, _ = self.start()
        ip("link set lisp0 down")  # which takes IPv6 addresses away
        self.assertEqual(self.server.next().unreachable,
                         {("10.0.0.0/24", OWN6), ("10.0.1.0/24", OWN6)})
        ip("link set lisp0 up")
        ip(f"addr add dev lisp0 {OWN6}/64")  # with a search for duplicates, of a second or two
        register = self.server.next()
        self.assertEqual(register.unreachable, set())
        self.assertEqual(register.eids, ["10.0.0.0/24", "10.0.1.0/24"])
        daemon.wait_for(f"own RLOC {OWN6}: again")

    def test_an_rloc_that_never_was_an_address_is_a_warning(self):
        self.add(OWN6 + "/128")
        daemon, register = self.start()
        self.assertEqual(register.unreachable, set())
        warning = f"warning: own RLOC {OWN}: not an address of this host"
        daemon.wait_for(warning)
        daemon.reload("reloaded")
        self.add(OWN + "/32")
        daemon.wait_for(f"own RLOC {OWN}: now an address of this host")
        self.assertTrue(self.server.registers.empty())
        self.assertEqual(len([line for line in daemon.stderr if warning in line]), 1)
        ip(f"addr del dev lo {OWN}/32")
        self.assertEqual(self.server.next().unreachable, {("10.0.0.0/24", OWN)})

    def test_once_warns_too(self):
        self.add(OWN6 + "/128")
        path = self.configure(self.server.line(), eids=EIDS)
        done = subprocess.run(self.command("--once", "-f", path), capture_output=True, text=True,
                              timeout=registerd_test.PATIENCE)
        self.assertEqual(done.returncode, 0)
        self.assertIn(f"own RLOC {OWN}: not an address of this host", done.stderr)
        self.assertNotIn(f"own RLOC {OWN6}", done.stderr)
        self.assertEqual(self.server.next().unreachable, set())

    def test_an_edit_keeps_what_is_lost(self):
        self.add(OWN + "/32")
        self.add(OWN6 + "/128")
        daemon, _ = self.start()
        ip(f"addr del dev lo {OWN}/32")
        self.assertEqual(self.server.next().unreachable, {("10.0.0.0/24", OWN)})
        self.configure(self.server.line(words="whole-site=no"),
                       eids=EIDS.replace(f"{OWN6} 1 50", f"{OWN6} 7 50") +
                       f"\n@EID\n10.0.2.0 24 60 1\n{OWN} 1 100 1\n")
        unreachable, eids = set(), set()
        while eids != {"10.0.0.0/24", "10.0.2.0/24"}:
            register = self.server.next()
            unreachable |= register.unreachable
            eids |= set(register.eids)
        self.assertEqual(unreachable, {("10.0.0.0/24", OWN), ("10.0.2.0/24", OWN)})
        self.assertEqual(len([line for line in daemon.stderr if "no longer" in line]), 1)

    def test_a_message_of_changed_eids_keeps_what_is_lost_and_may_name_new_ones(self):
        self.add(OWN + "/32")
        self.add(OWN6 + "/128")
        daemon, _ = self.start()
        ip(f"addr del dev lo {OWN}/32")
        self.assertEqual(self.server.next().unreachable, {("10.0.0.0/24", OWN)})
        new = "192.0.2.9"
        self.add(new + "/32")
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as local:
            local.connect(os.path.join(daemon.run, "lisp-registerd.sock"))
            local.send(f"eids\n@EID\n10.0.1.0 24 60 1\n{OWN} 1 50 1\n{new} 1 50 1\n".encode())
        register = self.server.next()
        self.assertEqual((register.eids, register.unreachable),
                         (["10.0.1.0/24"], {("10.0.1.0/24", OWN)}))
        ip(f"addr del dev lo {new}/32")
        self.assertEqual(self.server.next().unreachable,
                         {("10.0.1.0/24", OWN), ("10.0.1.0/24", new)})

    def test_a_small_site_is_registered_whole(self):
        self.add(OWN + "/32")
        self.add(OWN6 + "/128")
        self.start(words="")
        ip(f"addr del dev lo {OWN}/32")
        register = self.server.next()
        self.assertEqual(register.eids, ["10.0.0.0/24", "10.0.1.0/24"])
        self.assertEqual(register.unreachable, {("10.0.0.0/24", OWN)})

    def test_the_answer_in_words(self):
        self.add(OWN + "/32")
        self.add(OWN6 + "/128")
        daemon, _ = self.start()
        ip(f"addr del dev lo {OWN}/32")
        self.server.next()
        done = subprocess.run([os.path.join(registerd_test.BINDIR, "lisp-status"), "--run",
                               daemon.run, "registerd", "eids"], capture_output=True, text=True,
                              check=True, timeout=registerd_test.PATIENCE)
        words = [line.split(" acknowledged ")[0] for line in done.stdout.splitlines()]
        self.assertEqual(words, [f"10.0.0.0/24 ttl 60 {OWN},1,50,down {OWN6},1,50",
                                 f"10.0.1.0/24 ttl 60 {OWN},2,100 {OWN6},1,100"])


if __name__ == "__main__":
    own_network.enter()
    registerd_test.BINDIR = sys.argv.pop(1)
    unittest.main()
