#!/usr/bin/env python3
"""lisp-decode against a loop that touches every octet, tcpdump and tshark.

    decode.py BIN TOUCH [--packets N] [--rounds N] [--data DIR]

All programs read the same generated capture, one after the other, round after round, so that a
slow moment of the machine hits all alike. Figures are medians of CPU time (user and system) over
the rounds. tshark gets a shorter capture of the same traffic and is compared by packet. Prints a
table; exits 1 when a target is missed.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time


HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(HERE, '..', 'traffic', 'make_lisp_pcap.py')


class Run:
    """One command that is measured: CPU seconds, octets of output."""

    def __init__(self, name, command, capture, packets):
        self.name, self.command, self.capture, self.packets = name, command, capture, packets
        self.seconds, self.output = [], 0

    def once(self):
        environment = dict(os.environ, TZ='UTC0')
        with tempfile.TemporaryFile() as counter:
            reader = subprocess.Popen(['wc', '-c'], stdin=subprocess.PIPE, stdout=counter)
            process = subprocess.Popen(self.command + [self.capture], stdout=reader.stdin,
                                       stderr=subprocess.DEVNULL, env=environment)
            reader.stdin.close()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            reader.wait()
            counter.seek(0)
            self.output = int(counter.read())
        if process.returncode != 0:
            sys.exit(f'{self.name}: exit status {process.returncode}')
        self.seconds.append(usage.ru_utime + usage.ru_stime)

    def nanoseconds(self):
        """Per packet."""
        return statistics.median(self.seconds) * 1e9 / self.packets


def generate(directory, packets, *options):
    path = os.path.join(directory, '-'.join(['all', str(packets), *options]).replace(' ', '') + '.pcap')
    if not os.path.exists(path):
        subprocess.run([sys.executable, GENERATOR, '-n', str(packets), '--mix', 'all', *options,
                        '-o', path + '.new'], check=True)
        os.rename(path + '.new', path)
    return path


def have(program):
    return subprocess.run(['sh', '-c', f'command -v {program}'], stdout=subprocess.DEVNULL,
                          check=False).returncode == 0


def commands(options):
    decode = os.path.join(options.bin, 'lisp-decode')
    big = generate(options.data, options.packets)
    small = generate(options.data, max(1000, options.packets // 20))
    small_packets = max(1000, options.packets // 20)
    runs = [Run('touch', [options.touch], big, options.packets)]
    for name, words in [('--count', ['--count']), ('--stats', ['--stats']), ('-F line', ['-F', 'line']),
                        ('-F text', ['-F', 'text']), ('-F json', ['-F', 'json'])]:
        runs.append(Run('lisp-decode ' + name, [decode, *words, '-r'], big, options.packets))
    if have('tcpdump'):
        runs.append(Run('tcpdump -n', ['tcpdump', '-n', '-r'], big, options.packets))
        runs.append(Run('tcpdump -nvv', ['tcpdump', '-nvv', '-r'], big, options.packets))
    if have('tshark'):
        for words in ([], ['-V'], ['-T', 'ek'], ['-T', 'json']):
            runs.append(Run(' '.join(['tshark', *words]), ['tshark', '-n', *words, '-r'], small,
                            small_packets))
    return {run.name: run for run in runs}


# What is measured, against what, and how the ratio of the first to the second must be.
TARGETS = [
    ('lisp-decode --count', 'touch', '<=', 1.5),
    ('lisp-decode --stats', 'touch', '<=', 3.0),
    ('lisp-decode -F line', 'touch', '<=', 3.0),
    ('lisp-decode -F line', 'tcpdump -n', '<=', 1 / 2.4),
    ('lisp-decode -F line', 'tshark', '<=', 1 / 25),
    ('lisp-decode -F text', 'tcpdump -nvv', '<=', 1.0),
    ('lisp-decode -F text', 'tshark -V', '<=', 1 / 20),
    ('lisp-decode -F json', 'tshark -T ek', '<=', 1 / 50),
    ('lisp-decode -F json', 'tshark -T json', '<=', 1 / 50),
]


def report(runs):
    print(f'{"program":<24} {"ns/packet":>10} {"packets/s":>12} {"MiB out":>9}')
    for run in runs.values():
        nanoseconds = run.nanoseconds()
        print(f'{run.name:<24} {nanoseconds:10.0f} {1e9 / nanoseconds:12.0f} '
              f'{run.output / 2**20:9.1f}')
    print()
    missed = 0
    for name, against, _, limit in TARGETS:
        if against not in runs:
            print(f'{name} / {against}: not measured, {against.split()[0]} is not installed')
            continue
        ratio = runs[name].nanoseconds() / runs[against].nanoseconds()
        met = ratio <= limit
        missed += not met
        wanted = f'{limit:.2f} x' if limit >= 1 else f'1/{1 / limit:.1f}'
        print(f'{name} / {against}: {ratio:.3f} x (1/{1 / ratio:.1f}), at most {wanted}: '
              f'{"met" if met else "MISSED"}')
    return missed


def peak_memory(command, capture):
    """MiB, when all of the capture has been read: then the FIFO after it is opened."""
    with tempfile.TemporaryDirectory() as directory:
        fifo = os.path.join(directory, 'fifo')
        os.mkfifo(fifo)
        with subprocess.Popen([*command, '-r', capture, '-r', fifo], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            with open(fifo, 'wb'), open(f'/proc/{process.pid}/status', encoding='ascii') as status:
                return int(re.search(r'VmHWM:\s*(\d+) kB', status.read())[1]) / 1024


def check_memory(options):
    """The same commands on a short and a long capture, every EID a new one."""
    if not os.path.exists('/proc/self/status'):
        print('memory: not measured, no /proc')
        return 0
    decode = os.path.join(options.bin, 'lisp-decode')
    captures = [generate(options.data, packets, '--eids', '0')
                for packets in (20_000, options.packets)]
    missed = 0
    for words in (['-F', 'line'], ['-F', 'json'], ['--count']):
        short, long = (peak_memory([decode, *words], capture) for capture in captures)
        met = long <= 16 and long - short <= 1
        missed += not met
        print(f'lisp-decode {" ".join(words)}, every EID new: {short:.1f} MiB at 20000 packets, '
              f'{long:.1f} at {options.packets}, at most 16 and flat: {"met" if met else "MISSED"}')
    return missed


def check_start(options):
    """From the start of the program to its end, on the shortest of inputs."""
    command = [os.path.join(options.bin, 'lisp-decode'), '--hex', '-']
    times = []
    for _ in range(25):
        began = time.monotonic()
        subprocess.run(command, stdin=subprocess.DEVNULL, check=True)
        times.append((time.monotonic() - began) * 1000)
    met = statistics.median(times) < 10
    print(f'start: {statistics.median(times):.1f} ms, at most 10: {"met" if met else "MISSED"}')
    return 0 if met else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('bin')
    parser.add_argument('touch')
    parser.add_argument('--packets', type=int, default=1_000_000)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--data', default='build/bench')
    parser.add_argument('--only', default='', help='words of the programs to measure, with commas')
    options = parser.parse_args()
    os.makedirs(options.data, exist_ok=True)
    runs = commands(options)
    if options.only:
        words = options.only.split(',')
        runs = {name: run for name, run in runs.items() if name == 'touch' or any(w in name for w in words)}
        global TARGETS
        TARGETS = [t for t in TARGETS if t[0] in runs and t[1] in runs]
    for _ in range(options.rounds):
        for run in runs.values():
            run.once()
    missed = report(runs)
    missed += check_memory(options) + check_start(options)
    return 1 if missed else 0


if __name__ == '__main__':
    sys.exit(main())
