"""LISP messages in packets in captures, octet by octet and with nothing but the standard library:
what tests say is in a capture is what they put there."""

import hmac
import ipaddress
import struct

LINK_RAW = 101
CONTROL = 4342
DATA = 4341


def checksum(octets):
    octets += bytes(len(octets) % 2)
    total = sum(struct.unpack("!%dH" % (len(octets) // 2), octets))
    while total > 0xffff:
        total = (total & 0xffff) + (total >> 16)
    return 0xffff - total


def udp(source, destination, payload, sport=CONTROL, dport=CONTROL):
    """An IP packet of the family of the addresses, given as text."""
    source, destination = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    ends = source.packed + destination.packed
    length = 8 + len(payload)
    head = struct.pack("!HHH", sport, dport, length)
    if source.version == 6:
        pseudo = ends + struct.pack("!II", length, 17)
        ip = struct.pack("!IHBB", 6 << 28, length, 17, 64) + ends
    else:
        pseudo = ends + struct.pack("!HH", 17, length)
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, 0, 0x4000, 64, 17, 0) + ends
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
    check = checksum(pseudo + head + bytes(2) + payload) or 0xffff
    return ip + head + struct.pack("!H", check) + payload


def address(text):
    """With its AFI before it."""
    value = ipaddress.ip_address(text)
    return struct.pack("!H", 1 if value.version == 4 else 2) + value.packed


def prefix_of(text):
    """Mask length, and address."""
    value, length = text.split("/")
    return int(length), address(value)


def record(eid, *rlocs, ttl=1440, action=0, priority=1, flags=5):
    """Of an EID-prefix; priorities count from the first RLOC up."""
    mask, value = prefix_of(eid)
    locators = b"".join(
        struct.pack("!BBBBH", priority + place, 100, 255, 0, flags) + address(rloc)
        for place, rloc in enumerate(rlocs))
    head = struct.pack("!IBBHH", ttl, len(rlocs), mask, action << 13 | 1 << 12, 0)
    return head + value + locators


SOLICIT = 1 << 24
PROBE = 1 << 25


def map_request(nonce, eid, itr, flags=0, source="0.0.0.0"):
    mask, value = prefix_of(eid)
    from_whom = bytes(2) if flags & PROBE else address(source)
    return struct.pack("!IQ", 1 << 28 | flags | 1, nonce) + from_whom + address(itr) + \
        bytes([0, mask]) + value


def map_reply(nonce, *records, probe=False):
    return struct.pack("!IQ", 2 << 28 | probe << 27 | len(records), nonce) + b"".join(records)


def signed(head, nonce, key, body, key_id=0):
    """With HMAC-SHA-256."""
    before = struct.pack("!IQBBH", head, nonce, key_id, 2, 32)
    return before + hmac.digest(key, before + bytes(32) + body, "sha256") + body


def map_register(nonce, *records, key=b"key"):
    return signed(3 << 28 | 1 << 8 | len(records), nonce, key, b"".join(records))


def map_notify(nonce, *records, key=b"key"):
    return signed(4 << 28 | len(records), nonce, key, b"".join(records))


def encapsulated(inner):
    return struct.pack("!I", 8 << 28) + inner


def pcap(packets, link=LINK_RAW, order="<", digits=9):
    """The octets of a capture of (time in milliseconds, octets), in little or big endian, with
    times of so many digits."""
    magic = {6: 0xa1b2c3d4, 9: 0xa1b23c4d}[digits]
    return struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 1 << 18, link) + b"".join(
        struct.pack(order + "IIII", time // 1000, time % 1000 * 10 ** (digits - 3), len(octets),
                    len(octets)) + octets
        for time, octets in packets)


def pcapng(packets, link=LINK_RAW, order="<", digits=9):
    """The same as pcapng."""
    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(order + "I", 12 + len(body))
        return struct.pack(order + "I", kind) + size + body + size

    def packet(time, octets):
        ticks = time * 10 ** (digits - 3)
        return block(6, struct.pack(order + "IIIII", 0, ticks >> 32, ticks & 0xffffffff,
                                    len(octets), len(octets)) + octets)

    section = struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0, -1)
    resolution = struct.pack(order + "HHB3xHH", 9, 1, digits, 0, 0)
    interface = struct.pack(order + "HHI", link, 0, 0) + resolution
    return block(0x0a0d0d0a, section) + block(1, interface) + b"".join(
        packet(*one) for one in packets)


def write_capture(path, packets, link=LINK_RAW):
    with open(path, "wb") as file:
        file.write(pcap(packets, link))


def read_capture(path):
    """(seconds, fraction, octets) of a capture as write_capture or lisp-decode -w writes it."""
    with open(path, "rb") as file:
        octets = file.read()
    assert octets[:4] == bytes.fromhex("4d3cb2a1"), octets[:4]
    at = 24
    while at < len(octets):
        seconds, fraction, size, _ = struct.unpack_from("<IIII", octets, at)
        yield seconds, fraction, octets[at + 16:at + 16 + size]
        at += 16 + size
