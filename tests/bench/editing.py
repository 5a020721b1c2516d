#!/usr/bin/env python3
"""An edit of one priority of a large site, and when its Map-Register is there.

    editing.py BIN [--eids N] [--rounds N]

A Map-Server in Python takes the time from the end of sed to the Map-Register. What lisp-registerd
-n takes longer with that file than with one of one EID, to read it, is taken off. Medians of the
time on the clock. Exits 1 when the target is missed.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'system'))
from daemons import Daemon  # noqa: E402
from measuring import check, wall_seconds  # noqa: E402
from register import write_site  # noqa: E402
from registerd_test import MapServer, Register  # noqa: E402


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


def measure(options, directory):
    """The seconds from an edit to its Map-Register, and those to read the file."""
    server = MapServerWithClock('secret')
    site, small = (os.path.join(directory, name) for name in ('edited.conf', 'small.conf'))
    write_site(site, options.eids, server.port)
    write_site(small, 1, server.port)
    check_only = [os.path.join(options.bin, 'lisp-registerd'), '-n', '-f']
    delays, loads = [], []
    # Nothing is refreshed meanwhile.
    with Daemon(options.bin, 'lisp-registerd', ['-f', site, '--interval', '3600']) as registerd:
        registerd.wait_for(rf'acknowledged {options.eids}/{options.eids}')
        for i in range(options.rounds + 1):
            begin = edit(site, options.eids * i // (options.rounds + 1))
            delays.append(server.next_of_one_eid().time - begin)
            loads.append(wall_seconds([*check_only, site]) - wall_seconds([*check_only, small]))
    server.close()
    # The first one may find what was registered twice still on its way.
    return statistics.median(delays[1:]), statistics.median(loads[1:])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--eids', type=int, default=100_000)
    parser.add_argument('--rounds', type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        delay, load = measure(options, directory)
    print(f'edit of one priority of {options.eids} EIDs: Map-Register {delay * 1000:.0f} ms after '
          f'sed has ended, {load * 1000:.0f} ms of them to read the file')
    return check('edit to Map-Register beyond reading', (delay - load) * 1000, 50, ' ms')


if __name__ == '__main__':
    sys.exit(main())
