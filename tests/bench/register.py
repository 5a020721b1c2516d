#!/usr/bin/env python3
"""Registering a large site against the bare work: HMACs of the same octets, and sending them.

    register.py BIN SIGNING [--eids N] [--rounds N]

lisp-registerd --once registers the site with a lisp-mapserverd on loopback, which acknowledges. The
time to load the configuration, measured by -n, is taken off. Medians of CPU time.

Then sed edits one priority of that file, and a Map-Server in Python takes the time from the end of
sed to the Map-Register. What -n takes longer with the file than with one of one EID is taken off.
Medians of the time on the clock.

Exits 1 when a target is missed.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon, write_secret  # noqa: E402
from measuring import check, interleaved, wall_seconds  # noqa: E402
from registerd_test import MapServer, Register  # noqa: E402

REGISTER = 548  # octets of LISP in the smallest packet


def write_site(path, eids, port):
    lines = ['@MAPSERVER', f'127.0.0.1 secret port={port}', '']
    for i in range(eids):
        lines += ['@EID', f'10.{i >> 16}.{i >> 8 & 255}.{i & 255} 32 60 1', '192.0.2.1 1 100 1', '']
    write_secret(path, '\n'.join(lines))


class Arrival(Register):
    """A Map-Register and when it came, taken apart later if at all."""

    def _eids(self):
        self.time = time.monotonic()
        return []


class MapServerWithClock(MapServer):
    taken_apart = Arrival

    def next_of_one_eid(self):
        while (register := self.next()).count != 1:
            pass
        return register


def edit(site, number):
    """The time when it was done."""
    eid = f'10\\.{number >> 16}\\.{number >> 8 & 255}\\.{number & 255}'
    subprocess.run(['sed', '-i', f'/^{eid} /,/^$/s/^192.0.2.1 1 /192.0.2.1 2 /', site], check=True)
    return time.monotonic()


def measure_edits(options, directory):
    """The seconds from an edit to its Map-Register, and those to read the file."""
    server = MapServerWithClock('secret')
    site, small = (os.path.join(directory, name) for name in ('edited.conf', 'small.conf'))
    write_site(site, options.eids, server.port)
    write_site(small, 1, server.port)
    delays, loads = [], []
    # Nothing is refreshed meanwhile.
    with Daemon(options.bin, 'lisp-registerd', ['-f', site, '--interval', '3600']) as registerd:
        registerd.wait_for(rf'acknowledged {options.eids}/{options.eids}')
        for i in range(options.rounds + 1):
            begin = edit(site, options.eids * i // (options.rounds + 1))
            delays.append(server.next_of_one_eid().time - begin)
            check_only = [os.path.join(options.bin, 'lisp-registerd'), '-n', '-f']
            loads.append(wall_seconds([*check_only, site]) - wall_seconds([*check_only, small]))
    server.close()
    # The first one may find what was registered twice still on its way.
    return statistics.median(delays[1:]), statistics.median(loads[1:])


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
    missed = check('lisp-registerd / HMACs and sends', work / seconds['floor'], 2, ' x')
    with tempfile.TemporaryDirectory() as directory:
        delay, load = measure_edits(options, directory)
    print(f'edit of one priority of {options.eids} EIDs: Map-Register {delay * 1000:.0f} ms after '
          f'sed has ended, {load * 1000:.0f} ms of them to read the file')
    missed += check('edit to Map-Register beyond reading', (delay - load) * 1000, 50, ' ms')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
