"""What the benchmarks measure with: CPU time and memory of other programs."""
import glob
import os
import statistics
import subprocess
import time


def cpu_seconds(command, until=None):
    """User and system time of a run that must succeed. Its output goes nowhere. One that runs on is
    ended when a line on its standard error contains `until`."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if until is not None and until in line:
            process.terminate()
            until = None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f'{command[0]}: exit status {process.returncode}')
    return usage.ru_utime + usage.ru_stime


def wall_seconds(command):
    """How long a run takes that must succeed. Its output goes nowhere."""
    begin = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - begin


def interleaved(commands, rounds):
    """The median CPU seconds of each command, one round after the other. A pair is a command that
    runs on, and what cpu_seconds() waits for."""
    seconds = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(cpu_seconds(*command) if isinstance(command, tuple)
                                 else cpu_seconds(command))
    return {name: statistics.median(times) for name, times in seconds.items()}


def check(what, value, limit, unit=''):
    """Prints one row and says whether it was missed: 0 or 1."""
    met = value <= limit
    print(f'{what}: {value:.2f}{unit}, at most {limit}{unit}: {"met" if met else "MISSED"}')
    return 0 if met else 1


def check_least(what, value, limit, unit=''):
    """The same where more is better."""
    met = value >= limit
    print(f'{what}: {value:.2f}{unit}, at least {limit}{unit}: {"met" if met else "MISSED"}')
    return 0 if met else 1


class Answering:
    """A process that answers, and how fast it did."""

    def __init__(self, pid, endpoint):
        self.pid, self.endpoint = pid, endpoint
        self.rates, self.cpu_rates = [], []

    def cpu_seconds(self):
        total = 0
        for path in glob.glob(f'/proc/{self.pid}/task/*/schedstat'):
            with open(path, encoding='ascii') as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def measure(self, asking, eids, words):
        before = self.cpu_seconds()
        found = asking(self.endpoint, eids, words)
        self.rates.append(found['rate'])
        self.cpu_rates.append(found['answers'] / (self.cpu_seconds() - before))

    @property
    def rate(self):
        return statistics.median(self.rates)

    @property
    def cpu_rate(self):
        return statistics.median(self.cpu_rates)


def peak_memory(command):
    """MiB; no less than this program's own, with which the system begins to count."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024
