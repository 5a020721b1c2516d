#!/usr/bin/env python3
"""Answering Map-Requests against sending datagrams back, with the same questions.

    reply.py BIN [--rounds N] [--seconds S]

lisp-replyd answers for 10 thousand and for a million EIDs, over IPv4 and IPv6, plainly and out of
Encapsulated Control Messages; the bare echo gets the same datagrams in the same minute. Medians of
answers a second; then how soon answers come at half of that load. Exits 1 when a target is missed.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import check_least  # noqa: E402

TARGETS = {10_000: 0.8, 1_000_000: 0.7}
FAMILIES = {'IPv4': '127.0.0.1', 'IPv6': '::1'}


def write_site(path, eids):
    lines = []
    for i in range(eids):
        lines += ['@EID', f'10.{i >> 16}.{i >> 8 & 255}.{i & 255} 32 60 1', '192.0.2.1 1 100 1', '']
    write_secret(path, '\n'.join(lines))


class Asking:
    """The load generator, always with the same length of time."""

    def __init__(self, program, seconds):
        self.command = [program, '--seconds', str(seconds)]

    def __call__(self, endpoint, eids, words):
        program, *common = self.command
        done = subprocess.run([program, endpoint, '--eids', str(eids), *common, *words], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)


def shown(address, port):
    return f'[{address}]:{port}' if ':' in address else f'{address}:{port}'


def measure(asking, floor, daemon, eids, words, rounds):
    """Median answers a second of each, in turn."""
    rates = {floor: [], daemon: []}
    for _ in range(rounds):
        for endpoint, found in rates.items():
            found.append(asking(endpoint, eids, words)['rate'])
    return [statistics.median(rates[endpoint]) for endpoint in (floor, daemon)]


def compare(asking, floors, replyd, eids, rounds):
    missed = 0
    for family, (address, port) in zip(FAMILIES, replyd.listen):
        endpoint = shown(address, port)
        for form, words in (('plain', []), ('encapsulated', ['--ecm'])):
            floor, ours = measure(asking, floors[family], endpoint, eids, words, rounds)
            print(f'{eids} EIDs, {family}, {form}: echo {floor:,.0f}/s, lisp-replyd {ours:,.0f}/s')
            missed |= check_least('lisp-replyd / echo', ours / floor, TARGETS[eids], ' x')
            half = asking(endpoint, eids, [*words, '--rate', str(round(ours / 2))])
            print('at half load: ' + ', '.join(f'{name} {half[name]:.0f} us'
                                               for name in ('p50', 'p90', 'p99', 'p99.9'))
                  + f', {half["lost"]} of {half["asked"]} lost')
    return missed


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--rounds', type=int, default=3)
    parser.add_argument('--seconds', type=float, default=2)
    options = parser.parse_args()
    asking = Asking(os.path.join(options.bin, 'bench_asking'), options.seconds)
    missed = 0
    echoes = {family: subprocess.Popen([os.path.join(options.bin, 'bench_echo'), address],
                                       stderr=subprocess.PIPE, text=True)
              for family, address in FAMILIES.items()}
    try:
        floors = {family: echo.stderr.readline().split()[1] for family, echo in echoes.items()}
        for eids in TARGETS:
            with tempfile.TemporaryDirectory() as directory:
                site = os.path.join(directory, 'lisp.conf')
                write_site(site, eids)
                listen = [word for address in FAMILIES.values()
                          for word in ('-l', shown(address, 0))]
                with Daemon(options.bin, 'lisp-replyd', ['-f', site, '--rate', '0', *listen],
                            directory) as replyd:
                    missed |= compare(asking, floors, replyd, eids, options.rounds)
    finally:
        for echo in echoes.values():
            echo.kill()
            echo.wait()
    return missed


if __name__ == '__main__':
    sys.exit(main())
