#!/usr/bin/env python3
"""Loading and checking lisp.conf against what awk needs to read it.

    config.py BIN [--eids N] [--rounds N] [--data DIR]

A file of N EIDs with two RLOCs each, half of them IPv6. Medians of CPU time; memory is the peak of
lisp-registerd -n beyond the file's own text. Exits 1 when a target is missed.
"""
import argparse
import os
import sys

from measuring import check, interleaved, peak_memory


def write_configuration(path, eids):
    """Host EIDs, as a site has them that moves machines about."""
    with open(path + '.new', 'w', encoding='ascii') as file:
        os.fchmod(file.fileno(), 0o600)
        file.write('@MAPSERVER\n127.0.0.1\tsecret\n')
        for i in range(eids):
            if i % 2 == 0:
                eid = f'10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255} 32'
            else:
                eid = f'2001:db8:{i >> 16:x}:{i & 0xffff:x}:: 64'
            file.write(f'\n@EID\n{eid} 60 1\n192.0.2.{i % 250 + 1} 1 50 1\n'
                       f'2001:db8:ffff::{i % 250 + 1:x} 2 50 0\n')
    os.rename(path + '.new', path)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('--eids', type=int, default=1_000_000)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--data', default='build/bench')
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    path = os.path.join(options.data, f'{options.eids}.conf')
    if not os.path.exists(path):
        write_configuration(path, options.eids)
    load = [os.path.join(options.bin, 'lisp-registerd'), '-n', '-f', path]
    seconds = interleaved({'awk': ['awk', 'NF', path], 'load': load}, options.rounds)
    size = os.path.getsize(path)
    print(f'{options.eids} EIDs, {size / 2**20:.1f} MiB: '
          f"awk NF {seconds['awk']:.2f} s, lisp-registerd -n {seconds['load']:.2f} s")
    missed = check('lisp-registerd -n / awk NF', seconds['load'] / seconds['awk'], 3, ' x')
    octets = (peak_memory(load) * 2**20 - size) / options.eids
    missed += check('memory an EID beyond the text', octets, 200, ' octets')
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
