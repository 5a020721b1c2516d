"""The hooks of hypervisors, on canned input: virsh, xenstore-watch, bhyve, lisp-cpm-send and logger
are scripts here that say what they are told to and keep what they are given.

    python3 hooks_test.py [unittest arguments]
"""

import json
import os
import queue
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HOOKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../etc/hooks")
PATIENCE = 20.0

# Writes its name and its arguments, one line each call, to the FIFO or file $CALLS.
RECORDER = """#!/bin/sh
{
	printf '%s' "${0##*/}"
	for argument; do printf '\\t%s' "$argument"; done
	echo
} >>"$CALLS"
"""


class Hooks(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = directory.name
        self.bin = os.path.join(self.directory, "bin")
        os.mkdir(self.bin)
        self.calls = os.path.join(self.directory, "calls")
        self.marks = os.path.join(self.directory, "marks")
        self.program("lisp-cpm-send", RECORDER + "echo said by the sender\nexit ${STATUS:-0}\n")
        self.program("logger", RECORDER)
        self.map = self.file("eids", "# the machines\nvm1\t192.0.2.6,2001:db8::6\nvm 2\t192.0.2.7\n"
                             "vm1\t192.0.2.0/28\nit's\t192.0.2.8\nvm.\t192.0.2.9\n")
        self.conf = self.file("hooks.conf", 'LISP_CPM_SEND="-x 198.51.100.1 -x *"\n'
                              f"LISP_CPM_KEYFILE=/etc/key\nLISP_EID_MAP={self.map}\n")

    def file(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def program(self, name, text):
        self.file(os.path.join("bin", name), text, 0o755)

    def environment(self, **more):
        return {"PATH": f"{self.bin}:/usr/bin:/bin", "CALLS": self.calls,
                "LISP_HOOKS_RUN": self.marks, "LISP_HOOKS_CONF": self.conf, **more}

    def run_hook(self, name, *args, stdin="", status=0, within=HOOKS, **environment):
        """Its output."""
        done = subprocess.run([os.path.join(within, name), *args], input=stdin, text=True,
                              capture_output=True, env=self.environment(**environment),
                              timeout=PATIENCE, check=False)
        self.assertEqual((done.returncode, done.stderr), (status, ""), done.stdout)
        return done.stdout

    def called(self, program="lisp-cpm-send"):
        """The arguments of each call since the last time."""
        if not os.path.exists(self.calls):
            return []
        with open(self.calls, encoding="utf-8") as file:
            calls = [line.rstrip("\n").split("\t") for line in file]
        self.others = [call for call in calls if call[0] != program]
        os.remove(self.calls)
        return [call[1:] for call in calls if call[0] == program]

    def sent(self):
        """The EIDs of each call of the sender."""
        return [call[call.index("--") + 1:] for call in self.called()]


class VmMoved(Hooks):
    def test_the_map(self):
        self.assertEqual(self.run_hook("lisp-vm-moved", "vm1"), "said by the sender\n")
        self.assertEqual(self.called(), [["-x", "198.51.100.1", "-x", "*", "--", "192.0.2.6",
                                          "2001:db8::6", "192.0.2.0/28"]])
        for name, eid in ("vm 2", "192.0.2.7"), ("it's", "192.0.2.8"), ("vm.", "192.0.2.9"):
            self.run_hook("lisp-vm-moved", "--", name)
            self.assertEqual(self.sent(), [[eid]])
        other = self.file("other", "-x\t10.0.0.1\r\n")
        self.run_hook("lisp-vm-moved", "-m", other, "--", "-x")
        self.assertEqual(self.sent(), [["10.0.0.1"]])

    def test_the_given_eids_come_first(self):
        self.run_hook("lisp-vm-moved", "--eid", "10.0.0.1,10.0.0.2", "--xml", "vm1",
                      stdin="<metadata><eid>10.0.0.3</eid></metadata>")
        self.assertEqual(self.sent(), [["10.0.0.1", "10.0.0.2"]])
        self.run_hook("lisp-vm-moved", "--xml", "vm1",
                      stdin="<metadata><eid>10.0.0.3</eid></metadata>")
        self.assertEqual(self.sent(), [["192.0.2.6", "2001:db8::6", "192.0.2.0/28"]])

    def test_the_description(self):
        self.run_hook("lisp-vm-moved", "--xml", "vm9", stdin="""<domain type='kvm'>
  <name>vm9</name><eid>10.9.9.9</eid>
  <metadata>
    <lisp:eids xmlns:lisp="urn:example:lisp">
      <lisp:eid>192.0.2.20</lisp:eid>
      <!-- <lisp:eid>10.8.8.8</lisp:eid> -->
      <lisp:eid note="of the second interface"
        >2001:db8::20</lisp:eid>
    </lisp:eids>
    <other:eidolon xmlns:other="urn:example:other">10.7.7.7</other:eidolon>
    <eid>
      192.0.2.21,192.0.2.22
    </eid>
  </metadata>
  <devices><eid>10.6.6.6</eid></devices>
</domain>
""")
        self.assertEqual(self.sent(), [["192.0.2.20", "2001:db8::20", "192.0.2.21", "192.0.2.22"]])

    def test_options_in_the_description_are_none(self):
        self.run_hook("lisp-vm-moved", "--xml", "vm9",
                      stdin="<metadata><eid>-k /etc/passwd $(touch x)</eid></metadata>")
        self.assertEqual(self.sent(), [["-k", "/etc/passwd", "$(touch", "x)"]])

    def test_the_status_is_told(self):
        for status, severity in (0, "info"), (1, "err"), (2, "err"), (3, "err"), (4, "warning"), (
                64, "err"), (77, "err"):
            self.run_hook("lisp-vm-moved", "vm 2", status=status, STATUS=str(status))
            logged = self.called("logger")
            self.assertEqual(logged[0][:5], ["-t", "lisp-vm-moved", "-p", f"daemon.{severity}",
                                             "--"])
            self.assertIn("192.0.2.7" if status == 0 else f"status {status}", logged[0][5])

    def test_without_eids_nothing_is_sent(self):
        self.run_hook("lisp-vm-moved", "vm9")
        self.run_hook("lisp-vm-moved", "vm")
        self.run_hook("lisp-vm-moved", "--xml", "vm9", stdin="<domain><metadata/></domain>")
        self.assertEqual(self.called(), [])
        self.assertEqual(len(self.others), 3)
        self.run_hook("lisp-vm-moved", "--detach", "--to", "-x 203.0.113.1", "vm1")
        self.assertEqual(self.called()[0][:4], ["-x", "203.0.113.1", "--detach", "--"])

    def test_wrong_usage(self):
        for args in [], ["a", "b"], ["--eid"], ["--unknown", "vm1"], ["-m"]:
            done = subprocess.run([os.path.join(HOOKS, "lisp-vm-moved"), *args], text=True,
                                  capture_output=True, env=self.environment(), check=False)
            self.assertEqual(done.returncode, 64)
            self.assertTrue(done.stderr.startswith("usage: "))

    def test_a_map_that_is_missing(self):
        self.run_hook("lisp-vm-moved", "-m", "/missing", "vm1", status=66)
        self.assertEqual(self.called("logger")[0][3:], ["daemon.err", "--",
                                                        "vm1: /missing cannot be read"])
        self.assertEqual(self.others, [])


class LibvirtHook(Hooks):
    """What libvirt calls, in its order."""

    def hook(self, name, *args, **more):
        self.assertEqual(self.run_hook("libvirt-hook", name, *args, stdin="<domain/>", **more), "",
                         "on standard output it would be a description")

    def test_a_cold_start(self):
        self.hook("vm1", "prepare", "begin", "-")
        self.hook("vm1", "start", "begin", "-")
        self.assertEqual(self.called(), [])
        self.hook("vm1", "started", "begin", "-")
        call, = self.called()
        self.assertEqual(call[4:6], ["--detach", "--"])
        self.hook("vm1", "stopped", "end", "-")
        self.hook("vm1", "release", "end", "shutdown")
        self.assertEqual(self.called(), [])

    def test_an_incoming_migration(self):
        for operation in (["migrate"], ["prepare"], ["start"], ["started"], ["reconnect"]):
            self.hook("vm1", *operation, "begin", "-")
        self.assertEqual(self.called(), [])
        # Once it has gone again it may start here.
        self.hook("vm1", "stopped", "end", "migrated")
        self.hook("vm1", "release", "end", "migrated")
        self.assertEqual(self.called(), [])
        self.hook("vm1", "started", "begin", "-")
        self.assertEqual(len(self.called()), 1)

    def test_one_that_failed(self):
        self.hook("vm1", "migrate", "begin", "-")
        self.hook("vm 2", "started", "begin", "-")
        self.assertEqual(self.sent(), [["192.0.2.7"]], "another machine")
        self.hook("vm1", "stopped", "end", "failed")
        self.hook("vm1", "started", "begin", "-")
        self.assertEqual(len(self.called()), 1)
        # Before there was a machine that could be stopped, some time ago.
        self.hook("vm1", "migrate", "begin", "-")
        mark, = os.listdir(self.marks)
        long_ago = time.time() - 600
        os.utime(os.path.join(self.marks, mark), (long_ago, long_ago))
        self.hook("vm1", "prepare", "begin", "-")
        self.hook("vm1", "started", "begin", "-")
        self.assertEqual(len(self.called()), 1)

    def test_the_source(self):
        for reason in "migrated", "-", "shutdown":
            self.hook("vm1", "release", "end", reason)
        self.assertEqual(self.called(), [])
        with open(self.conf, "a", encoding="utf-8") as file:
            file.write('LISP_RELEASED="-x 203.0.113.1"\n')
        for reason in "-", "shutdown", "destroyed":
            self.hook("vm1", "release", "end", reason)
        self.hook("vm1", "stopped", "end", "migrated")
        self.assertEqual(self.called(), [])
        self.hook("vm1", "release", "end", "migrated")
        self.assertEqual(self.called()[0][:4], ["-x", "203.0.113.1", "--detach", "--"])

    def test_never_fails(self):
        wrong = self.file("wrong", "false\nexit 9\n")
        for environment in ({"STATUS": "3"}, {"LISP_HOOKS_CONF": wrong},
                            {"LISP_HOOKS_RUN": "/proc/none"}, {"PATH": "/bin:/usr/bin"}):
            for operation in (["started", "begin", "-"], ["migrate", "begin", "-"], [],
                              ["release", "end", "migrated"], ["attach", "begin", "-"]):
                self.hook("vm1", *operation, **environment)

    def test_installed_by_a_link(self):
        os.symlink(os.path.join(HOOKS, "libvirt-hook"), os.path.join(self.directory, "50-lisp"))
        self.run_hook("50-lisp", "vm1", "started", "begin", "-", within=self.directory)
        self.assertEqual(len(self.called()), 1)

    def test_the_description(self):
        description = "<domain><metadata><l:eid xmlns:l='u'>10.0.0.3</l:eid></metadata></domain>"
        args = "libvirt-hook", "vm9", "started", "begin", "-"
        self.run_hook(*args, stdin=description)
        self.assertEqual(self.sent(), [])
        with open(self.conf, "a", encoding="utf-8") as file:
            file.write("LISP_EID_XML=yes\n")
        self.run_hook(*args, stdin=description)
        self.assertEqual(self.sent(), [["10.0.0.3"]])


class Watchers(Hooks):
    def setUp(self):
        super().setUp()
        # Each call is told at once.
        os.mkfifo(self.calls)
        self.seen = queue.Queue()
        self.reading = threading.Thread(target=self.read_calls, daemon=True)
        self.reading.start()

    def tearDown(self):
        with open(self.calls, "w", encoding="utf-8") as file:
            file.write("end\n")
        self.reading.join()

    def read_calls(self):
        # As a writer too, so that it never ends between two others.
        with open(os.open(self.calls, os.O_RDWR), encoding="utf-8") as file:
            while (line := file.readline()) != "end\n":
                self.seen.put(line.rstrip("\n").split("\t"))

    def next_call(self, program):
        while (call := self.seen.get(timeout=PATIENCE))[0] != program:
            pass
        return call[1:]

    def next_sent(self):
        """The EIDs of the sender's next call, once it has been logged, which is the last step."""
        call = self.next_call("lisp-cpm-send")
        self.next_call("logger")
        return call[call.index("--") + 1:]

    def sends_nothing_more(self):
        """To be asked when what was watched has ended, and so have its children."""
        rest = []
        while not self.seen.empty():
            call = self.seen.get()
            if call[0] == "lisp-cpm-send":
                rest.append(call)
        self.assertEqual(rest, [])

    def watch(self, name, *args, status=1):
        """What the watcher reads, line by line, and the watcher."""
        events = os.path.join(self.directory, "events")
        os.mkfifo(events)
        process = subprocess.Popen([os.path.join(HOOKS, name), *args], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, env=self.environment(EVENTS=events))
        self.addCleanup(process.kill)
        writer = open(events, "w", buffering=1, encoding="utf-8")

        def end():
            writer.close()
            self.assertEqual(process.wait(PATIENCE), status)
        return writer, end

    def test_libvirt(self):
        self.program("virsh", """#!/bin/sh
[ "$LC_ALL $*" = "C event --event lifecycle --loop" ] || exit 9
exec cat "$EVENTS"
""")
        writer, end = self.watch("libvirt-watch")
        moved = (("event 'lifecycle' for domain 'vm 2': Resumed Migrated", "192.0.2.7"),
                 ("event 'lifecycle' for domain vm 2: Resumed Migrated", "192.0.2.7"),
                 ("event 'lifecycle' for domain 'it's': Resumed Migrated", "192.0.2.8"),
                 ("event 'lifecycle' for domain it's: Resumed Migrated", "192.0.2.8"),
                 ("event 'lifecycle' for domain 'vm.': Resumed Post-copy", "192.0.2.9"))
        for line, eid in moved:
            for other in ("Defined Added", "Started Migrated", "Suspended Migrated",
                          "Suspended Paused", "Resumed Unpaused", "Resumed Snapshot",
                          "Suspended Post-copy", "Stopped Migrated", "Shutdown Finished"):
                writer.write(f"event 'lifecycle' for domain 'vm1': {other}\n")
            writer.write("event 'lifecycle' for domain 'x': Resumed Migrated': Stopped Failed\n\n")
            writer.write(line + "\n")
            self.assertEqual(self.next_sent(), [eid], line)
        writer.write("events received: 7\n")
        end()
        self.sends_nothing_more()

    def test_libvirt_with_descriptions(self):
        self.program("virsh", """#!/bin/sh
case $* in
"-c xen:///system event --event lifecycle --loop") exec cat "$EVENTS" ;;
"-c xen:///system dumpxml --domain -vm 9") echo '<metadata><eid>10.0.0.9</eid></metadata>' ;;
*) exit 9 ;;
esac
""")
        writer, end = self.watch("libvirt-watch", "-c", "xen:///system", "--xml")
        writer.write("event 'lifecycle' for domain '-vm 9': Resumed Migrated\n")
        self.assertEqual(self.next_sent(), ["10.0.0.9"])
        end()

    def test_xen(self):
        names = os.path.join(self.directory, "names")
        os.mkdir(names)
        self.program("xenstore-list", f"#!/bin/sh\nls {names}\n")
        self.program("xenstore-watch", "#!/bin/sh\n[ \"$*\" = /local/domain ] || exit 9\n"
                     'exec cat "$EVENTS"\n')
        # Its call is told when the name has been read.
        self.program("xenstore-read", "#!/bin/sh\nid=${1#/local/domain/}\n"
                     f'cat "{names}/${{id%/name}}"\n' + RECORDER)

        def rename(number, name):
            if name:
                self.file(f"names/{number}", name + "\n")
            else:
                os.remove(os.path.join(names, number))

        rename("0", "Domain-0")
        rename("3", "vm.--incoming")
        writer, end = self.watch("xen-watch")
        for number in "0", "3":
            self.assertEqual(self.next_call("xenstore-read"), [f"/local/domain/{number}/name"])
        for number, name, sent in (("17", "vm1", None), ("7", "vm 2--incoming", None),
                                   ("8", "it's--incoming", None), ("3", "vm.", "192.0.2.9"),
                                   ("7", "vm 2--incoming", None), ("7", "vm 2", "192.0.2.7"),
                                   ("7", "vm 2", None), ("8", None, None), ("8", "it's", None)):
            rename(number, name)
            writer.write(f"/local/domain/{number}\n/local/domain/{number}/name\n"
                         f"/local/domain/{number}/device/vif/0/name/x\n")
            self.next_call("xenstore-read")
            if sent:
                self.assertEqual(self.next_sent(), [sent])
        end()
        self.sends_nothing_more()

    def test_qmp(self):
        path = os.path.join(self.directory, "qmp")
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(path)
            listening.listen()
            command = [sys.executable, os.path.join(HOOKS, "qmp-watch"), path, "vm 2"]
            process = subprocess.Popen([*command, "--to", "-x 203.0.113.1"],
                                       env=self.environment(), stdout=subprocess.DEVNULL)
            self.addCleanup(process.kill)
            connection, _ = listening.accept()
            connection.settimeout(PATIENCE)
            with connection:
                connection.sendall(b'{"QMP": {"version": {}, "capabilities": ["oob"]}}\r\n')
                self.assertEqual(json.loads(connection.makefile().readline()),
                                 {"execute": "qmp_capabilities"})
                connection.sendall(b'{"return": {}}\r\n')

                def event(kind, **data):
                    connection.sendall(json.dumps({"event": kind, "data": data, "timestamp": {
                        "seconds": 1, "microseconds": 2}}).encode() + b"\r\n")

                for status in "setup", "active", "device", "completed":
                    event("MIGRATION", status=status)
                event("NIC_RX_FILTER_CHANGED", name="RESUME")
                event("STOP")
                event("RESUME")
                self.assertEqual(self.next_sent(), ["192.0.2.7"])
                event("STOP")
                event("RESUME")
                self.assertEqual(self.next_sent(), ["192.0.2.7"])
                event("SHUTDOWN", guest=True)
            self.assertEqual(process.wait(PATIENCE), 0)
        self.sends_nothing_more()

    def test_qmp_without_qemu(self):
        done = subprocess.run([sys.executable, os.path.join(HOOKS, "qmp-watch"), "/missing", "vm1"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, "^qmp-watch: /missing: .*\n$")

    def test_bhyve(self):
        vmm = os.path.join(self.directory, "vmm")
        os.mkdir(vmm)
        gate = os.path.join(self.directory, "gate")
        os.mkfifo(gate)
        self.program("bhyve", f"#!/bin/sh\n: >'{vmm}/vm 2'\ncat '{gate}'\nexit 3\n")
        process = subprocess.Popen([os.path.join(HOOKS, "bhyve-resume"), "vm 2", "bhyve", "-r",
                                    "/vm/2.ckp", "vm 2"], env=self.environment(LISP_VMM=vmm),
                                   stdout=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        self.assertEqual(self.next_sent(), ["192.0.2.7"])
        self.assertIsNone(process.poll(), "bhyve is still there")
        with open(gate, "w", encoding="utf-8"):
            pass
        self.assertEqual(process.wait(PATIENCE), 3)

    def test_bhyve_that_does_not_start(self):
        self.program("bhyve", "#!/bin/sh\nexit 4\n")
        done = subprocess.run([os.path.join(HOOKS, "bhyve-resume"), "vm 2", "bhyve"], check=False,
                              env=self.environment(LISP_VMM=self.directory), timeout=PATIENCE)
        self.assertEqual(done.returncode, 4)
        self.sends_nothing_more()


if __name__ == "__main__":
    unittest.main()
