#!/usr/bin/env python3
"""Answering Map-Requests against sending datagrams back, with the same questions.

    reply.py BIN [--rounds N] [--seconds S]

lisp-replyd answers for 10 thousand and for a million EIDs, over IPv4 and IPv6, plainly and out of
Encapsulated Control Messages; the bare echo gets the same datagrams in the same minute. Medians of
answers a second of the answering process's CPU time, which other work on the machine does not
change, and of answers a second; then how soon answers come at half of that load. Last, how many of
a thousand good requests a second are answered under a hundred times as much junk. Exits 1 when a
target is missed.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import Answering, check_least  # noqa: E402

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
        self.program = program
        self.seconds = seconds
        self.command = [program, '--seconds', str(seconds)]

    def __call__(self, endpoint, eids, words):
        program, *common = self.command
        done = subprocess.run([program, endpoint, '--eids', str(eids), *common, *words], check=True,
                              capture_output=True, text=True)
        return json.loads(done.stdout)


def shown(address, port):
    return f'[{address}]:{port}' if ':' in address else f'{address}:{port}'


def compare(asking, echo, replyd, eids, words, rounds):
    """Interleaved. Returns whether the target was missed."""
    for _ in range(rounds):
        for answering in (echo, replyd):
            answering.measure(asking, eids, words)
    print(f'echo {echo.rate:,.0f}/s, lisp-replyd {replyd.rate:,.0f}/s;'
          f' a second of CPU time: echo {echo.cpu_rate:,.0f}, lisp-replyd {replyd.cpu_rate:,.0f}')
    missed = check_least('lisp-replyd / echo', replyd.cpu_rate / echo.cpu_rate, TARGETS[eids], ' x')
    half = asking(replyd.endpoint, eids, [*words, '--rate', str(round(replyd.rate / 2))])
    print('at half load: ' + ', '.join(f'{name} {half[name]:.0f} us'
                                       for name in ('p50', 'p90', 'p99', 'p99.9'))
          + f', {half["lost"]} of {half["asked"]} lost')
    return missed


def compare_all(asking, echoes, replyd, eids, rounds):
    missed = 0
    for family, (address, port) in zip(FAMILIES, replyd.listen):
        for form, words in (('plain', []), ('encapsulated', ['--ecm'])):
            print(f'{eids} EIDs, {family}, {form}: ', end='')
            missed |= compare(asking, Answering(*echoes[family]),
                              Answering(replyd.process.pid, shown(address, port)), eids, words,
                              rounds)
    return missed


def attack(asking, bin_directory):
    """With limits in force, which the good requests stay within."""
    with tempfile.TemporaryDirectory() as directory:
        site = os.path.join(directory, 'lisp.conf')
        write_site(site, 10_000)
        arguments = ['-f', site, '--rate', '2000', '-l', '127.0.0.1:0']
        with Daemon(bin_directory, 'lisp-replyd', arguments, directory) as replyd:
            found = asking(shown(*replyd.listen[0]), 10_000, ['--rate', '1000', '--junk', '100000'])
    print(f'under {found["junk"] / asking.seconds:,.0f} junk datagrams a second: '
          f'{found["lost"]} of {found["asked"]} good requests lost, p50 {found["p50"]:.0f} us, '
          f'p99 {found["p99"]:.0f} us')
    return check_least('good requests answered', 100 * found['answers'] / found['asked'], 99, ' %')


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--rounds', type=int, default=9)
    parser.add_argument('--seconds', type=float, default=0.5)
    options = parser.parse_args()
    asking = Asking(os.path.join(options.bin, 'bench_asking'), options.seconds)
    missed = 0
    started = {family: subprocess.Popen([os.path.join(options.bin, 'bench_echo'), address],
                                        stderr=subprocess.PIPE, text=True)
               for family, address in FAMILIES.items()}
    try:
        echoes = {family: (echo.pid, echo.stderr.readline().split()[1])
                  for family, echo in started.items()}
        for eids in TARGETS:
            with tempfile.TemporaryDirectory() as directory:
                site = os.path.join(directory, 'lisp.conf')
                write_site(site, eids)
                listen = [word for address in FAMILIES.values()
                          for word in ('-l', shown(address, 0))]
                with Daemon(options.bin, 'lisp-replyd', ['-f', site, '--rate', '0', *listen],
                            directory) as replyd:
                    missed |= compare_all(asking, echoes, replyd, eids, options.rounds)
        missed |= attack(Asking(asking.program, 4), options.bin)
    finally:
        for echo in started.values():
            echo.kill()
            echo.wait()
    return missed


if __name__ == '__main__':
    sys.exit(main())
