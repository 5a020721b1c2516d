#!/usr/bin/env python3
"""usage: json_schema.py BINDIR

Everything that lisp-decode -F json prints is as tests/lisp-decode.schema.json has it: for the
captures of pcaps/, the golden packets, data packets, generated traffic, the inputs of the fuzz targets, and all
of these with octets changed or cut off. Among them are messages and LCAFs of every type.

The schema is strict: in every object a key that nobody has heard of is refused. Every key that it
has is in the manual page.

Status 77, which ctest shows as skipped, where the module jsonschema is missing.
"""
import glob
import itertools
import json
import os
import random
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: no module jsonschema")
    sys.exit(77)

TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
GENERATOR = os.path.join(TESTS, "traffic", "make_lisp_pcap.py")
GENERATED = 1500  # packets
BROKEN = 2500  # datagrams
OF_A_SHAPE = 12  # objects that have the same keys; more are not looked at
CHANGED_OF_A_SHAPE = 1  # the same for refusals


def golden_packets():
    """(source and destination port, octets) of each"""
    with open(os.path.join(TESTS, "data", "golden-packets.txt")) as lines:
        for line in lines:
            if not line.startswith("#") and line.count("\t") == 3:
                _, ports, _, octets = line.split("\t")
                yield ports, bytes.fromhex(octets)


def inner_packets():
    """what data packets carry, and messages inside one another"""
    with open(os.path.join(TESTS, "data", "inner-packets.txt")) as lines:
        for line in lines:
            found = re.match(r"\S+:(\d+) > \S+:(\d+) ([0-9a-f]+)$", line)
            if found:
                yield ">".join(found.groups()[:2]), bytes.fromhex(found.group(3))


def fuzz_inputs():
    """inputs of the fuzz targets for messages; LCAFs as EID, then as RLOC, of a Map-Reply"""
    reply = bytes.fromhex("200000011122334455667788")
    lcaf_eid = bytes.fromhex("000005a0" "00001000" "0000" "4003")
    lcaf_rloc = bytes.fromhex("000005a0" "01201000" "0000" "00010a000001" "0164ff000005" "4003")
    for path in sorted(glob.glob(os.path.join(TESTS, "fuzz", "corpus", "*", "*"))):
        target = os.path.basename(os.path.dirname(path))
        with open(path, "rb") as file:
            octets = file.read()
        if target == "lcaf_fuzz":
            yield "4342>4342", reply + lcaf_eid + octets
            yield "4342>4342", reply + lcaf_rloc + octets
        elif target == "data_packet_fuzz":
            yield "61000>4341", octets
        elif target not in ("config_fuzz", "frame_fuzz", "lisp_sec_fuzz"):
            yield "4342>4342", octets


def broken(datagrams):
    chance = random.Random(1)
    for _ in range(BROKEN):
        ports, octets = chance.choice(datagrams)
        octets = bytearray(octets)
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            value = chance.choice((0, 1, 255, chance.randrange(256)))
            octets[chance.randrange(len(octets))] = value
        if chance.random() < 0.5:
            del octets[chance.randrange(len(octets)):]
        if octets:
            yield ports, bytes(octets)


class Decoder:
    def __init__(self, bindir):
        self.program = os.path.join(bindir, "lisp-decode")

    def run(self, *arguments, **options):
        done = subprocess.run([self.program, "-F", "json", *arguments], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=False, **options)
        if done.returncode not in (0, 1):
            raise SystemExit(f"lisp-decode {arguments} ended with {done.returncode}")
        return map(json.loads, done.stdout.splitlines())

    def datagrams(self, datagrams, *arguments):
        lines = []
        for ports, octets in datagrams:
            source, destination = ports.split(">")
            lines.append(f"192.0.2.1:{source} > 192.0.2.2:{destination} {octets.hex()}\n")
            lines.append(octets.hex() + "\n")
        return self.run("--hex", *arguments, "-", input="".join(lines))


def all_objects(decoder, work):
    keys = os.path.join(work, "keys")
    with open(os.open(keys, os.O_WRONLY | os.O_CREAT, 0o600), "w") as out:
        out.write("lisp-test-key\n")
    for capture in sorted(glob.glob(os.path.join(TESTS, "..", "pcaps", "**", "*.pcap*"),
                                    recursive=True)):
        yield from decoder.run("-r", capture)
        yield from decoder.run("-r", capture, "--check", "--time", "epoch")
    traffic = os.path.join(work, "traffic.pcap")
    subprocess.run([sys.executable, GENERATOR, "-n", str(GENERATED), "-o", traffic], check=True)
    yield from decoder.run("-r", traffic, "--keys", keys)
    yield from decoder.run("-r", traffic, "-x", "--time", "none")
    datagrams = list(itertools.chain(golden_packets(), inner_packets(), fuzz_inputs()))
    yield from decoder.datagrams(datagrams)
    yield from decoder.datagrams(datagrams, "--check")
    yield from decoder.datagrams(broken(datagrams), "--keys", keys)


def shape(value):
    """keys at every depth, whatever the number of items in lists; types where they tell keys"""
    if isinstance(value, dict):
        return tuple((key, inside if key == "type" else shape(inside))
                     for key, inside in value.items())
    if isinstance(value, list):
        return tuple(sorted({repr(shape(inside)) for inside in value}))
    return type(value).__name__


def objects_within(value):
    if isinstance(value, dict):
        yield value
    if isinstance(value, (dict, list)):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from objects_within(inside)


def accepts_one_more(validator, found):
    """whether there is an object in it where the schema lets a key pass that nobody has heard of"""
    for inside in objects_within(found):
        inside["unheard-of"] = 1
        accepted = validator.is_valid(found)
        del inside["unheard-of"]
        if accepted:
            return True
    return False


def undocumented(schema):
    """keys that are not in the manual page, which names those of LCAFs within LCAFs all at once"""
    with open(os.path.join(TESTS, "..", "man", "lisp-decode.1")) as page:
        section = re.search(r"^\.Sh JSON$.*?^\.Sh ", page.read(), re.DOTALL | re.MULTILINE).group()
    named = set(re.findall(r"[a-z][a-z0-9-]*", section))
    for name, described in schema["$defs"].items():
        for key in described.get("properties", {}):
            if key not in named and not re.fullmatch(r".*-lcafs?", key):
                yield f"{key} of {name}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(os.path.join(TESTS, "lisp-decode.schema.json")) as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wanted = {name.removeprefix("lcaf-") for name in schema["$defs"] if name.startswith("lcaf-")}
    wanted |= set(schema["$defs"]["message"]["properties"]["type"]["enum"])

    failed = validated = 0
    shapes, types = {}, set()
    with tempfile.TemporaryDirectory() as work:
        for found in all_objects(Decoder(sys.argv[1]), work):
            seen = shapes.get(key := shape(found), 0)
            shapes[key] = seen + 1
            if seen >= OF_A_SHAPE:
                continue
            validated += 1
            types |= {inside["type"] for inside in objects_within(found) if "type" in inside}
            error = jsonschema.exceptions.best_match(validator.iter_errors(found))
            if error is not None:
                print(f"FAILED {error.json_path}: {error.message[:300]}")
                print(f"  {json.dumps(found)[:1000]}")
            elif seen < CHANGED_OF_A_SHAPE and accepts_one_more(validator, found):
                print(f"FAILED not strict: {json.dumps(found)[:1000]}")
            else:
                continue
            failed += 1
            if failed >= 20:
                break
    for missing in sorted(wanted - types):
        print(f"FAILED no {missing} was printed")
        failed += 1
    for key in undocumented(schema):
        print(f"FAILED {key} is not in the manual page")
        failed += 1
    print(f"{validated} objects of {len(shapes)} shapes validated, {failed} failures")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
