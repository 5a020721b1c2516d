#!/usr/bin/env python3
"""Map-Registers and proxy replies of lisp-mapserverd against sending the same datagrams back.

    mapserver.py BIN [--rounds N] [--seconds S] [--eids N]

Every Map-Register is saved, and answered by a Map-Notify once it is. Medians of answers a second of
the answering process's CPU time, which other work on the machine does not change, and of answers a
second; then of a million EIDs the memory that each takes, how long answers to a thousand requests a
second take at most while a snapshot is written and while all are listed, and how soon they are
restored. Exits 1 when a target is missed.
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import Answering, check, check_least  # noqa: E402

TARGETS = {'registers': 0.5, 'proxy replies': 0.7}
SITES = '@SITE one\nkey key\neid 10.0.0.0/8 more-specifics=yes proxy=yes\n'


class Asking:
    """A load generator, always with the same length of time."""

    def __init__(self, program, seconds):
        self.command = [program, '--seconds', str(seconds)]

    def start(self, endpoint, eids, *words):
        program, *common = self.command
        return subprocess.Popen([program, endpoint, '--eids', str(eids), *common, *words],
                                stdout=subprocess.PIPE, text=True)

    def __call__(self, endpoint, eids, words=()):
        return finished(self.start(endpoint, eids, *words))


def finished(asking):
    answer, _ = asking.communicate()
    if asking.returncode != 0:
        raise SystemExit(f'{asking.args[0]}: exit status {asking.returncode}')
    return json.loads(answer)


def resident(process):
    """Octets of memory of its own."""
    with open(f'/proc/{process.pid}/status', encoding='ascii') as file:
        (line,) = [line for line in file if line.startswith('RssAnon')]
    return int(line.split()[1]) * 1024


class Server(Daemon):
    def __init__(self, bindir, directory):
        config = write_secret(os.path.join(directory, 'mapserver.conf'), SITES)
        super().__init__(bindir, 'lisp-mapserverd', ['-l', '127.0.0.1:0', '-f', config], directory)
        self.endpoint = '{}:{}'.format(*self.listen[0])


def compare(bindir, echo, eids, rounds, seconds):
    missed = 0
    programs = {'registers': 'bench_registering', 'proxy replies': 'bench_asking'}
    with tempfile.TemporaryDirectory() as directory, Server(bindir, directory) as server:
        for what, program in programs.items():
            asking = Asking(os.path.join(bindir, program), seconds)
            asking(server.endpoint, eids)  # so that all are registered
            floor = Answering(*echo)
            ours = Answering(server.process.pid, server.endpoint)
            for _ in range(rounds):
                for answering in (floor, ours):
                    answering.measure(asking, eids, [])
            print(f'{eids} EIDs, {what}: echo {floor.rate:,.0f}/s, lisp-mapserverd '
                  f'{ours.rate:,.0f}/s; a second of CPU time: echo {floor.cpu_rate:,.0f}, '
                  f'lisp-mapserverd {ours.cpu_rate:,.0f}')
            missed |= check_least(f'{what} / echo', ours.cpu_rate / floor.cpu_rate, TARGETS[what],
                                  ' x')
    return missed


class Gaps:
    """The answers to a thousand requests a second meanwhile."""

    def __init__(self, bindir, server, eids, what):
        self.asking = Asking(os.path.join(bindir, 'bench_asking'), 10)
        self.server, self.eids, self.what = server, eids, what

    def __enter__(self):
        self.running = self.asking.start(self.server.endpoint, self.eids, '--rate', '1000')
        time.sleep(1)  # it asks now
        self.begin = time.monotonic()

    def __exit__(self, *_):
        took = time.monotonic() - self.begin
        found = finished(self.running)
        print(f'{self.what} in {took:.1f} s; answers p50 {found["p50"]:.0f} us, p99 '
              f'{found["p99"]:.0f} us, the longest {found["max"] / 1000:.1f} ms, '
              f'{found["lost"]} of {found["asked"]} lost')


def write_snapshot(server):
    """As after any reload; until it is in the place of the one before."""
    def snapshot():
        return os.stat(os.path.join(server.state, 'registrations')).st_ino
    before = snapshot()
    server.process.send_signal(signal.SIGHUP)
    while snapshot() == before:
        time.sleep(0.01)


def list_all(bindir, server, words):
    command = [os.path.join(bindir, 'lisp-status'), '--run', server.run, *words, 'mapserverd',
               'registrations']
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def weigh(bindir, eids):
    """Memory an EID, the longest gaps, and a restart."""
    with tempfile.TemporaryDirectory() as directory:
        with Server(bindir, directory) as server:
            empty = resident(server.process)
            Asking(os.path.join(bindir, 'bench_registering'), 0)(server.endpoint, eids)
            (status,) = server.status()
            octets = (resident(server.process) - empty) / status['eids']
            print(f"{status['eids']} EIDs: {status['memory'] / status['eids']:.0f} octets each by "
                  'its own count')
            missed = check('memory an EID', octets, 300, ' octets')
            with Gaps(bindir, server, eids, 'nothing'):
                pass
            with Gaps(bindir, server, eids, 'a snapshot'):
                write_snapshot(server)
            for words in ([], ['--json']):
                with Gaps(bindir, server, eids, ' '.join(['a list of all', *words])):
                    list_all(bindir, server, words)
        begin = time.monotonic()
        with Server(bindir, directory) as server:
            print(f"restored {server.status()[0]['eids']} EIDs in "
                  f'{time.monotonic() - begin:.1f} s')
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--eids', type=int, default=100_000)
    options = parser.parse_args()
    echo = subprocess.Popen([os.path.join(options.bin, 'bench_echo'), '127.0.0.1'],
                            stderr=subprocess.PIPE, text=True)
    try:
        floor = echo.stderr.readline().split()[1]
        missed = compare(options.bin, (echo.pid, floor), options.eids, options.rounds, options.seconds)
    finally:
        echo.kill()
        echo.wait()
    return missed | weigh(options.bin, 1_000_000)


if __name__ == '__main__':
    sys.exit(main())
