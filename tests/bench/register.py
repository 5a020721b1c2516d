#!/usr/bin/env python3
"""Registering a large site against the bare work: HMACs of the same octets, and sending them.

    register.py BIN SIGNING [--eids N] [--rounds N]

lisp-registerd --once registers the site with a lisp-mapserverd on loopback, which acknowledges. The
time to load the configuration, measured by -n, is taken off. Medians of CPU time. Exits 1 when the
target is missed.
"""
import argparse
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import check, interleaved  # noqa: E402

REGISTER = 548  # octets of LISP in the smallest packet


def write_site(path, eids, port):
    lines = ['@MAPSERVER', f'127.0.0.1 secret port={port}', '']
    for i in range(eids):
        lines += ['@EID', f'10.{i >> 16}.{i >> 8 & 255}.{i & 255} 32 60 1', '192.0.2.1 1 100 1', '']
    write_secret(path, '\n'.join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('signing')
    parser.add_argument('--eids', type=int, default=100_000)
    parser.add_argument('--rounds', type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        site = os.path.join(directory, 'lisp.conf')
        sites = os.path.join(directory, 'mapserver.conf')
        write_secret(sites, '@SITE bench\nkey secret\neid 10.0.0.0/8 more-specifics=yes\n')
        with Daemon(options.bin, 'lisp-mapserverd', ['-l', '127.0.0.1:0', '-f', sites]) as server:
            write_site(site, options.eids, server.listen[0][1])
            registerd = os.path.join(options.bin, 'lisp-registerd')
            once = [registerd, '--once', '--timeout', '60', '-f', site, '--source', '127.0.0.1',
                    '--run', os.path.join(directory, 'run'),
                    '--state', os.path.join(directory, 'state')]
            print(subprocess.run(once, check=True, capture_output=True, text=True).stdout, end='')
            count = sum(row.get('map-registers', 0) for row in server.status('counters'))
            seconds = interleaved({
                'floor': [options.signing, str(count), str(REGISTER)],
                'load': [registerd, '-n', '-f', site],
                'once': once,
            }, options.rounds)
    work = seconds['once'] - seconds['load']
    print(f'{options.eids} EIDs, {count} Map-Registers: HMACs and sends {seconds["floor"]:.3f} s, '
          f'lisp-registerd {work:.3f} s and {seconds["load"]:.3f} s to load')
    return check('lisp-registerd / HMACs and sends', work / seconds['floor'], 2, ' x')


if __name__ == '__main__':
    sys.exit(main())
