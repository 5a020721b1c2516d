"""What a loss of power may leave of a directory, from a program's record by power_shim.cc.

A directory is flat or has directories in it, which are not renamed. What the disk may do with what
was asked of it since the last sync is meant to be worse than any file system does:

- of the changes of names, each may have come about or not, whatever became of the others, until
  their directory is synced; that of the file does nothing for its name;
- of the writes to a file, in whatever order, each may have come about or not; the last one that
  has may have done so in part; a file may have grown without its octets. Names wait for nothing.
"""

import itertools
import os
import stat
import subprocess
from dataclasses import dataclass, field

SECTOR = 512
MANY = 8  # more changes than these are lost from some point on, and not each by itself


class Unseen(Exception):
    """The record is not all that the program has done."""


class Lost(Exception):
    """A loss of power leaves what it must not leave."""


def record(shim, directory, log, command, settings=(), **options):
    """The command, running, with what it does in the directory recorded in the log."""
    environment = {**os.environ, **dict(settings), "LD_PRELOAD": shim, "LISP_POWER_LOG": log,
                   "LISP_POWER_DIRECTORY": os.path.realpath(directory)}
    # A shared sanitizer would be the first library otherwise; this one has nothing to do with it.
    environment["ASAN_OPTIONS"] = ":".join(
        filter(None, [os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0"]))
    return subprocess.Popen(command, env=environment, **options)


@dataclass(frozen=True)
class Content:
    octets: bytes = b""
    mode: int = 0

    def __repr__(self):
        return f"{self.octets[:60]!r}, {len(self.octets)} octets, mode {self.mode:o}"

    def after(self, change):
        """`change`: ("write", offset, octets), ("truncate", size) or ("mode", mode)."""
        if change[0] == "mode":
            return Content(self.octets, change[1])
        if change[0] == "truncate":
            return Content(self.octets[:change[1]].ljust(change[1], b"\0"), self.mode)
        _, offset, octets = change
        grown = self.octets.ljust(offset, b"\0")
        return Content(grown[:offset] + octets + grown[offset + len(octets):], self.mode)


def subsets(changes):
    if len(changes) > MANY:
        return [changes[:size] for size in range(len(changes) + 1)]
    return [chosen for size in range(len(changes) + 1)
            for chosen in itertools.combinations(changes, size)]


def torn(change):
    """A write that has come about in part: sectors from its beginning, or only the new size."""
    if change[0] != "write" or len(change[2]) < 2:
        return []
    _, offset, octets = change
    sizes = {*range(SECTOR, len(octets), SECTOR), 1, len(octets) // 2, len(octets) - 1}
    return [("write", offset, octets[:size]) for size in sorted(sizes)] + \
           [("write", offset, bytes(len(octets)))]


class File:
    """One that is known by its number: `content` is on the disk, `unsynced` may be."""

    def __init__(self, content=Content()):
        self.content = content
        self.unsynced = []

    def whole(self):
        content = self.content
        for change in self.unsynced:
            content = content.after(change)
        return content

    def sync(self):
        self.content, self.unsynced = self.whole(), []

    def possible(self):
        contents = {self.content: None}  # in the order found
        for chosen in subsets(self.unsynced):
            content = self.content
            for number, change in enumerate(chosen):
                if number == len(chosen) - 1:
                    contents.update((content.after(part), None) for part in torn(change))
                content = content.after(change)
            contents[content] = None
        return list(contents)


@dataclass
class Disk:
    """The directory as it is (`now`), and what of its names is on the disk (`names`)."""

    names: dict = field(default_factory=dict)  # path to File, or None for a directory
    unsynced: list = field(default_factory=list)  # (directory, {path: File or GONE})
    now: dict = field(default_factory=dict)
    inodes: dict = field(default_factory=dict)

    GONE = object()

    @classmethod
    def of(cls, directory):
        """The directory before the program: all of it is on the disk."""
        disk = cls()
        for path, octets, mode, inode in found_in(directory):
            file = None if octets is None else File(Content(octets, mode))
            disk.names[path] = disk.now[path] = file
            disk.inodes[inode] = file
        return disk

    def name(self, *paths, **named):
        folders = {os.path.dirname(path) for path in paths}
        if len(folders) != 1 or "?" in paths:
            raise Unseen(f"{paths} are not in one directory")
        changes = dict(named["changes"])
        self.unsynced.append((folders.pop(), changes))
        apply(changes, self.now)

    def file(self, inode):
        if inode not in self.inodes:
            raise Unseen(f"a file with the number {inode} was never made")
        return self.inodes[inode]

    def do(self, what, *words):
        """One line of the record, taken apart."""
        if what in ("create", "mkdir"):
            made = File() if what == "create" else None
            if what == "create":
                self.inodes[words[0]] = made
            self.name(words[-1], changes={words[-1]: made})
        elif what == "rename":
            self.name(*words, changes={words[0]: self.GONE, words[1]: self.now[words[0]]})
        elif what == "exchange":
            one, other = words
            self.name(*words, changes={one: self.now[other], other: self.now[one]})
        elif what == "link":
            self.name(*words, changes={words[1]: self.now[words[0]]})
        elif what == "unlink":
            self.name(*words, changes={words[0]: self.GONE})
        elif what == "write":
            self.file(words[0]).unsynced.append(
                ("write", int(words[1]), bytes.fromhex(words[2] if len(words) > 2 else "")))
        elif what == "truncate":
            self.file(words[0]).unsynced.append(("truncate", int(words[1])))
        elif what == "mode":
            self.file(words[0]).unsynced.append(("mode", int(words[1], 8)))
        elif what == "sync":
            self.sync(*words)
        elif what == "sync-directory":
            self.sync_directory("" if words[0] == "." else words[0])
        elif what not in ("tell", "send"):
            raise Unseen(f"nobody knows what {what} does")

    def sync(self, inode, size):
        if len(self.file(inode).whole().octets) != int(size):
            raise Unseen(f"file {inode} has {size} octets, by the record "
                         f"{len(self.file(inode).whole().octets)}")
        self.file(inode).sync()

    def sync_directory(self, directory):
        for _, changes in (one for one in self.unsynced if one[0] == directory):
            apply(changes, self.names)
        self.unsynced = [one for one in self.unsynced if one[0] != directory]

    def after_a_cut(self):
        """Every {path: Content, or None for a directory} that may be found afterwards."""
        for chosen in subsets(self.unsynced):
            names = dict(self.names)
            for _, changes in chosen:
                apply(changes, names)
            names = {path: file for path, file in names.items() if is_reached(path, names)}
            files = list(dict.fromkeys(file for file in names.values() if file is not None))
            for contents in itertools.product(*(file.possible() for file in files)):
                content = dict(zip(files, contents))
                yield {path: content.get(file) for path, file in names.items()}

    def compare(self, directory):
        """That the record tells of everything: what it leads to is what there is."""
        real = {path: None if octets is None else Content(octets, mode)
                for path, octets, mode, _ in found_in(directory)}
        told = {path: None if file is None else file.whole() for path, file in self.now.items()}
        if real != told:
            raise Unseen(f"by the record there is {told}, in fact {real}")


def apply(changes, names):
    for path, file in changes.items():
        if file is Disk.GONE:
            names.pop(path, None)
        else:
            names[path] = file


def is_reached(path, names):
    folder = os.path.dirname(path)
    return folder == "" or (folder in names and is_reached(folder, names))


def found_in(directory):
    """(path, octets or None for a directory, mode, number) of all that is in it."""
    for folder, folders, files in os.walk(directory):
        for name in folders + files:
            path = os.path.join(folder, name)
            status = os.stat(path)
            octets = None
            if stat.S_ISREG(status.st_mode):
                with open(path, "rb") as file:
                    octets = file.read()
            yield (os.path.relpath(path, directory), octets, stat.S_IMODE(status.st_mode),
                   str(status.st_ino))


@dataclass
class Said:
    """What the world knows of the program."""

    told: bytes = b""  # on standard output
    sent: list = field(default_factory=list)  # datagrams


def check(log, disk, directory, is_right):
    """is_right(names, said) for what is left by every cut of the program's work; the number of
    different ones. `disk` is the directory before, and becomes what it is after."""
    said = Said()
    count = 0
    seen = set()  # since something was said last

    def cut(line):
        nonlocal count
        for names in disk.after_a_cut():
            if (known := frozenset(names.items())) in seen:
                continue
            seen.add(known)
            count += 1
            if not is_right(names, said):
                raise Lost(f"{log}: a cut after line {line} leaves {names}")

    cut(0)
    with open(log, encoding="ascii") as file:
        for number, line in enumerate(file, 1):
            what, *words = line.rstrip("\n").split(" ")
            disk.do(what, *words)
            if what == "tell":
                said.told += bytes.fromhex(words[0])
            elif what == "send":
                said.sent.append(bytes.fromhex(words[0]))
            if what in ("tell", "send"):
                seen.clear()
            cut(number)
    disk.compare(directory)
    return count
