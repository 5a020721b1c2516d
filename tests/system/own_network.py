"""A network of a test's own, so that it may use any address and port."""

import os
import subprocess
import sys

INSIDE = "LISP_TEST_IN_NAMESPACE"


def enter(hosts=False):
    """Returns in a network namespace with its loopback up; `hosts`: where `ip netns add` makes more
    of them that nobody else sees. What called this is begun anew for that; it ends with the status
    of that, or with 77 where it cannot be had."""
    setup = ["ip link set lo up", *(["mount -t tmpfs tmpfs /run"] if hosts else [])]
    if os.environ.get(INSIDE):
        subprocess.run(["sh", "-ec", "\n".join(setup)], check=True)
        return
    trial = "\n".join([*setup, *(["ip netns add trial"] if hosts else [])])
    for maker in (["unshare", "-nm"], ["unshare", "-rnm"]):
        made = subprocess.run([*maker, "sh", "-ec", trial], check=False, capture_output=True)
        if made.returncode == 0:
            done = subprocess.run([*maker, sys.executable, *sys.argv], check=False,
                                  env={**os.environ, INSIDE: "1"})
            sys.exit(done.returncode)
    print("no network namespaces to be had")
    sys.exit(77)
