#!/usr/bin/env python3
"""What ctest is to run of a GoogleTest program: the tests of each source file in one process, for
to start one takes longer than most of them; those that stand for a row of the conformance list each
by itself, so that ctest lists the rows.

    unit_tests.py PROGRAM DIRECTORY OUT

The tests of DIRECTORY/ROOM/SUBJECT_test.cc become unit.ROOM.SUBJECT, and SUITE.C041_NAME among them
unit.ROOM.SUBJECT.C041_NAME with the label conformance. OUT is for ctest's TEST_INCLUDE_FILES.
"""

import json
import os
import re
import subprocess
import sys
import tempfile

CONFORMANCE = re.compile(r"(^|[^A-Za-z0-9])C[01][0-9]{2}_")


def tests_of(program):
    """(source file, suite, name) of each."""
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "tests.json")
        subprocess.run([program, "--gtest_list_tests", f"--gtest_output=json:{path}"], check=True,
                       stdout=subprocess.DEVNULL)
        with open(path, encoding="utf-8") as file:
            for suite in json.load(file)["testsuites"]:
                for test in suite["testsuite"]:
                    yield test["file"], suite["name"], test["name"]


def grouped(tests, directory):
    """The full names of the tests of each that ctest runs, and which of those are conformance."""
    groups, conformance = {}, set()
    for file, suite, name in tests:
        subject = os.path.relpath(os.path.realpath(file), os.path.realpath(directory))
        group = "unit." + re.sub(r"_test\.cc$", "", subject).replace(os.sep, ".")
        if CONFORMANCE.search(f"{suite}.{name}"):
            group += "." + name
            conformance.add(group)
        groups.setdefault(group, []).append(f"{suite}.{name}")
    return groups, conformance


def main():
    program, directory, out = sys.argv[1:]
    groups, conformance = grouped(tests_of(program), directory)
    with open(out, "w", encoding="utf-8") as file:
        for name, tests in sorted(groups.items()):
            file.write(f'add_test("{name}" "{program}" --gtest_brief=1 '
                       f'"--gtest_filter={":".join(tests)}")\n')
            if name in conformance:
                file.write(f'set_tests_properties("{name}" PROPERTIES LABELS conformance)\n')


if __name__ == "__main__":
    main()
