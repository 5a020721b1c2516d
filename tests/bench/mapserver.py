#!/usr/bin/env python3
"""Map-Registers and proxy replies of lisp-mapserverd against sending the same datagrams back.

    mapserver.py BIN [--rounds N] [--seconds S] [--eids N]

Every Map-Register is saved, and answered by a Map-Notify once it is. Medians of answers a second;
then the memory that an EID takes, and how soon a million is restored. Exits 1 when a target is
missed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import check, check_least  # noqa: E402

TARGETS = {'registers': 0.5, 'proxy replies': 0.7}
SITES = '@SITE one\nkey key\neid 10.0.0.0/8 more-specifics=yes proxy=yes\n'


def rate(program, endpoint, eids, *words):
    done = subprocess.run([program, endpoint, '--eids', str(eids), *words], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)['rate']


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
            rates = {echo: [], server.endpoint: []}
            for _ in range(rounds):
                for endpoint, found in rates.items():
                    found.append(rate(os.path.join(bindir, program), endpoint, eids, '--seconds',
                                      str(seconds)))
            floor, ours = (statistics.median(found) for found in rates.values())
            print(f'{eids} EIDs, {what}: echo {floor:,.0f}/s, lisp-mapserverd {ours:,.0f}/s')
            missed |= check_least(f'{what} / echo', ours / floor, TARGETS[what], ' x')
    return missed


def weigh(bindir, eids):
    """Memory an EID, and a restart."""
    with tempfile.TemporaryDirectory() as directory:
        with Server(bindir, directory) as server:
            empty = resident(server.process)
            rate(os.path.join(bindir, 'bench_registering'), server.endpoint, eids, '--seconds', '0')
            (status,) = server.status()
            octets = (resident(server.process) - empty) / status['eids']
            print(f"{status['eids']} EIDs: {status['memory'] / status['eids']:.0f} octets each by "
                  'its own count')
            missed = check('memory an EID', octets, 300, ' octets')
        begin = time.monotonic()
        with Server(bindir, directory) as server:
            print(f"restored {server.status()[0]['eids']} EIDs in "
                  f'{time.monotonic() - begin:.1f} s')
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=2)
    parser.add_argument('--eids', type=int, default=100_000)
    options = parser.parse_args()
    echo = subprocess.Popen([os.path.join(options.bin, 'bench_echo'), '127.0.0.1'],
                            stderr=subprocess.PIPE, text=True)
    try:
        floor = echo.stderr.readline().split()[1]
        missed = compare(options.bin, floor, options.eids, options.rounds, options.seconds)
    finally:
        echo.kill()
        echo.wait()
    return missed | weigh(options.bin, 1_000_000)


if __name__ == '__main__':
    sys.exit(main())
