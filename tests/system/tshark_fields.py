#!/usr/bin/env python3
"""usage: tshark_fields.py [--self-test] BINDIR [WORKDIR]

Compares lisp-decode with tshark, value by value, on generated traffic of every kind: what the JSON
says at a path must be what tshark says in a field, in the same order where there are several.

FIELDS below is the table of what is compared with what. UNCOMPARED has the fields of tshark that
nothing is compared with, UNTOLD the paths of the JSON that tshark has nothing for. A field of
tshark that is in the traffic and in neither table is a failure, as is one of FIELDS that is not in
the traffic.

Besides: every packet is of the kind that the generator says; all authentication data verifies with
the key and none with another; nothing is malformed, nothing is warned of; Map-Notify-Acks, which
tshark does not dissect, say what the Map-Notify that they acknowledge said.

--self-test: every value of a JSON object is changed in turn, and the comparison has to notice each,
by the field that it is compared with.

Status 77, which ctest shows as skipped, where tshark is missing.
"""
import collections
import contextlib
import functools
import ipaddress
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
GENERATOR = os.path.join(HERE, "..", "traffic", "make_lisp_pcap.py")
KEY = "key-of-the-tests"

# Traffic: how many packets, and options of the generator.
TRAFFIC = [
    (20000, ["--seed", "1"]),
    (2500, ["--seed", "2", "--truncate-auth", "--linktype", "raw", "--nanosecond"]),
    (2500, ["--seed", "3", "--mix", "lcaf", "--eids", "0", "--ipv6-fraction", "0.6"]),
]
SELF_TEST_TRAFFIC = (1500, ["--seed", "4"])


# --- from a value of the JSON to one of tshark; None where tshark has none -----------------------

AFI_LCAF = 16387
TCP, UDP = 6, 17


@functools.lru_cache(maxsize=65536)
def afi(address):
    """of an address as text"""
    if address.startswith("'"):
        return 17
    if "(" in address or address.startswith("["):
        return AFI_LCAF
    if re.fullmatch("(..-){5}..", address):
        return 16389
    if re.fullmatch("(..:){5}..", address):
        return 6
    return {4: 1, 6: 2}[ipaddress.ip_address(address).version]


def of_afi(*wanted):
    return lambda address: address if afi(address) in wanted else None


ipv4 = of_afi(1)
ipv6 = of_afi(2)
ip = of_afi(1, 2)


def mac(address):
    return address.replace("-", ":") if afi(address) in (6, 16389) else None


def name(address):
    """in apostrophes, without any of its own in this traffic"""
    return address[1:-1] if afi(address) == 17 else None


def on_prefix(convert):
    return lambda prefix: convert(prefix.rpartition("/")[0])


def mask(prefix):
    return int(prefix.rpartition("/")[2])


def number(value):
    """an integer, a flag, or 0x and digits"""
    return int(value, 16) if isinstance(value, str) else int(value)


def octets(text):
    bytes.fromhex(text)
    return text


def text(value):
    return value


def there(_):
    return 1


def flags(*keys):
    """the flags of an object as bits, from the lowest"""
    return lambda o: sum(o[key] << i for i, key in enumerate(keys))


def index_in(*names):
    return lambda value: names.index(value)


def option(key, convert, absent):
    """of an object: what a key holds, or what its absence means"""
    return lambda o: convert(o[key]) if key in o else absent


def hexadecimal(data):
    return bytes.fromhex(data)


def authentication_length(data):
    return len(hexadecimal(data))


def address_size(address):
    """octets of an address that is no LCAF, AFI included"""
    if address == "-":
        return 2
    kind = afi(address)
    return 2 + {1: 4, 2: 16, 6: 6, 16389: 6, 17: len(address) - 1}[kind]  # apostrophes, NUL


def lcaf_length(lcaf):
    """what its Length must say: independent of how lisp-decode came to read it"""
    def at(*keys):
        return sum(address_size(lcaf[key]) for key in keys if key in lcaf)
    kind = lcaf["type"]
    if kind == "afi-list":
        return sum(map(address_size, lcaf["addresses"]))
    if kind in ("instance-id", "as-number", "nonce-locator"):
        return 4 + at("address")
    if kind == "geo":
        return 12 + at("address")
    if kind == "nat-traversal":
        return 4 + at("global-etr", "map-server", "private-etr") + sum(
            map(address_size, lcaf["rtrs"]))
    if kind == "multicast-info":
        return 8 + at("source", "group")
    if kind == "explicit-locator-path":
        return sum(2 + address_size(hop["address"]) for hop in lcaf["hops"])
    if kind == "source-destination-key":
        return 4 + at("source", "destination")
    if kind == "replication-list":
        return sum(4 + address_size(entry["address"]) for entry in lcaf["entries"])
    if kind == "key-value":
        return at("key", "value")
    raise ValueError("no traffic has a " + kind)


LCAF_TYPES = {"afi-list": 1, "instance-id": 2, "as-number": 3, "geo": 5, "nat-traversal": 7,
              "nonce-locator": 8, "multicast-info": 9, "explicit-locator-path": 10,
              "source-destination-key": 12, "replication-list": 13, "key-value": 15}


def lcaf_type(lcaf):
    if LCAF_TYPES[lcaf["type"]] != lcaf["number"]:
        raise ValueError("type and number differ")
    return lcaf["number"]


def lcaf_reserved(lcaf):
    """the octet that an Instance ID's mask length is in; tshark has no such field in type 9"""
    return lcaf.get("mask-length", 0) if lcaf["type"] != "multicast-info" else None


def lcaf_header(lcaf):
    return "0000%02x%02x%04x" % (lcaf["number"], lcaf.get("mask-length", 0), lcaf_length(lcaf))


TYPES = {"map-request": 1, "map-reply": 2, "map-register": 3, "map-notify": 4, "map-notify-ack": 5,
         "map-referral": 6, "info-request": 7, "info-reply": 7, "encapsulated-control": 8}
ACTIONS = ("no-action", "natively-forward", "send-map-request", "drop", "drop-policy-denied",
           "drop-auth-failure")
REFERRALS = ("node-referral", "ms-referral", "ms-ack", "ms-not-registered", "delegation-hole",
             "not-authoritative")


# --- the tables -----------------------------------------------------------------------------------
#
# A path is that of the keys from the type of the message on; [] is every item of a list, # how many
# there are. An LCAF is lcaf.TYPE wherever it is. Messages inside a message follow it.

def after(prefixes, path):
    return [prefix + path for prefix in prefixes]


CONTROL = list(TYPES)
SIGNED = ["map-register", "map-notify", "info-request", "info-reply"]
RECORD = [m + ".records[]" for m in ("map-reply", "map-register", "map-notify")]
REFERRAL = ["map-referral.records[]"]
MAPPING = RECORD + REFERRAL
LOCATOR = after(MAPPING, ".locators[]")
INFO = ["info-request", "info-reply"]
NAT = ["lcaf.nat-traversal." + key for key in ("global-etr", "map-server", "private-etr", "rtrs[]")]
ANY = CONTROL + ["data"]


def addressed(field, paths, forms):
    """the fields that tshark has for one address: FIELD.afi, and one for each form of address"""
    converted = {"ipv4": ipv4, "ipv6": ipv6, "mac": mac, "dn": name}
    return [(field + ".afi", paths, afi)] + [
        (field + "." + form, paths, converted[form]) for form in forms]


def angle(axis, json_axis, positive):
    field, path = "lisp.lcaf.geo." + axis, "lcaf.geo." + json_axis
    return [(field, [path], there), (field + ".deg", [path + ".degrees"], number),
            (field + ".min", [path + ".minutes"], number),
            (field + ".sec", [path + ".seconds"], number),
            (field + ".hemisphere", ["lcaf.geo." + positive], number)]


def inside(protocol, key):
    """of a data packet: what a key holds if the packet inside is of this protocol"""
    return lambda d: d.get(key) if d["inner-protocol"] == protocol else None


def inside_udp_length(packet):
    if packet["inner-protocol"] != UDP:
        return None
    return packet["inner-length"] - (20 if ipv4(packet["inner-src"]) else 40)


FIELDS = [
    # around the message
    ("frame.number", after(ANY, ".frame"), number),
    ("frame.time_epoch", after(ANY, ".time"), text),
    ("ip.src", after(ANY, ".src") + ["data.inner-src"], ipv4),
    ("ip.dst", after(ANY, ".dst") + ["data.inner-dst"], ipv4),
    ("ipv6.src", after(ANY, ".src") + ["data.inner-src"], ipv6),
    ("ipv6.dst", after(ANY, ".dst") + ["data.inner-dst"], ipv6),
    ("ip.proto", after(ANY, ".src"), lambda source: UDP if ipv4(source) else None),
    ("ipv6.nxt", after(ANY, ".src"), lambda source: UDP if ipv6(source) else None),
    ("udp.srcport", after(ANY, ".sport"), number),
    ("udp.dstport", after(ANY, ".dport"), number),
    ("udp.length", after(ANY, ".length"), lambda length: length + 8),

    # every control message
    ("lisp.type", after(CONTROL, ".type"), TYPES.get),
    ("lisp.nonce", after([t for t in CONTROL if t != "map-notify-ack"], ".nonce"), number),
    ("lisp.records", ["map-request.records#"] + [path[:-2] + "#" for path in MAPPING], number),
    ("lisp.keyid", after(SIGNED, ".authentication"), lambda a: a["key-id"] << 8 | a["algorithm"]),
    ("lisp.authlen", after(SIGNED, ".authentication.data"), authentication_length),
    ("lisp.auth", after(SIGNED, ".authentication.data"), octets),
    ("lisp.xtrid", ["map-register.xtr-id", "map-notify.xtr-id"], octets),
    ("lisp.siteid", ["map-register.site-id", "map-notify.site-id"], lambda site: octets(site[2:])),

    # Map-Request
    ("lisp.mreq.flags", ["map-request"],
     lambda m: flags("smr-invoked", "proxy-itr", "solicit", "probe")(m)
     | ("map-data" in m) << 4 | m["authoritative"] << 5),
    ("lisp.mreq.flags.auth", ["map-request.authoritative"], number),
    ("lisp.mreq.flags.mrp", ["map-request"], lambda m: "map-data" in m),
    ("lisp.mreq.flags.probe", ["map-request.probe"], number),
    ("lisp.mreq.flags.smr", ["map-request.solicit"], number),
    ("lisp.mreq.flags.pitr", ["map-request.proxy-itr"], number),
    ("lisp.mreq.flags.smri", ["map-request.smr-invoked"], number),
    ("lisp.mreq.res", ["map-request"],  # tshark is older than the flags L, D and RFC 9437's I
     lambda m: flags("dont-map-reply", "local-xtr")(m) | ("xtr-id" in m) << 7),
    ("lisp.irc", ["map-request.itr-rlocs#"], lambda count: count - 1),
    ("lisp.mreq.srceid.afi", ["map-request"], option("source-eid", afi, 0)),
    ("lisp.mreq.srceid.ipv4", ["map-request.source-eid"], ipv4),
    ("lisp.mreq.srceid_ipv6", ["map-request.source-eid"], ipv6),
    ("lisp.mreq.srceid.string", ["map-request"],
     lambda m: None if "source-eid" in m else "not set"),
    ("lisp.mreq.itr_rloc", ["map-request.itr-rlocs[]"], there),
    ("lisp.mreq.itr_rloc.afi", ["map-request.itr-rlocs[]"], afi),
    ("lisp.mreq.itr_rloc_ipv4", ["map-request.itr-rlocs[]"], ipv4),
    ("lisp.mreq.itr_rloc_ipv6", ["map-request.itr-rlocs[]"], ipv6),
    ("lisp.mreq.record", ["map-request.records[]"], there),
    ("lisp.mreq.record.res", ["map-request.records[].notify"], lambda notify: notify << 7),
    ("lisp.mreq.record.prefix.length", ["map-request.records[].eid"], mask),
    ("lisp.mreq.record.prefix.afi", ["map-request.records[].eid"], on_prefix(afi)),
    ("lisp.mreq.record.prefix.ipv4", ["map-request.records[].eid"], on_prefix(ipv4)),
    ("lisp.mreq.record.prefix.ipv6", ["map-request.records[].eid"], on_prefix(ipv6)),
    # RFC 9437's trailer, of which tshark knows nothing
    ("data.data", ["map-request"],
     lambda m: octets(m["xtr-id"] + m["site-id"][2:]) if "xtr-id" in m else None),

    # Map-Reply, Map-Register, Map-Notify
    ("lisp.mrep.flags.probe", ["map-reply.probe"], number),
    ("lisp.mrep.flags.enlr", ["map-reply.echo-nonce"], number),
    ("lisp.mrep.flags.sec", ["map-reply.security"], number),
    ("lisp.mreg.flags.pmr", ["map-register.proxy-reply"], number),
    ("lisp.mreg.flags.sec", ["map-register.security"], number),
    ("lisp.mreg.flags.wmn", ["map-register.want-map-notify"], number),
    ("lisp.mreg.flags.xtrid", ["map-register"], lambda m: "xtr-id" in m),
    ("lisp.mreg.res", ["map-register"],  # tshark is older than these flags
     lambda m: flags("merge", "use-ttl", "eid-notify")(m) << 1),
    ("lisp.mnot.flags.xtrid", ["map-notify"], lambda m: "xtr-id" in m),

    # EID-records
    ("lisp.mapping", MAPPING, there),
    ("lisp.mapping.ttl", after(MAPPING, ".ttl"), number),
    ("lisp.mapping.loccnt", after(MAPPING, ".locators#"), number),
    ("lisp.mapping.act", after(RECORD, ".action"), index_in(*ACTIONS)),
    ("lisp.mapping.act", after(REFERRAL, ".action"), index_in(*REFERRALS)),
    ("lisp.mapping.auth", after(MAPPING, ".authoritative"), number),
    ("lisp.mapping.ver", after(MAPPING, ".map-version"), number),
    ("lisp.mapping.eid.masklen", after(MAPPING, ".eid"), mask),
    ("lisp.mapping.eid.afi", after(MAPPING, ".eid"), on_prefix(afi)),
    ("lisp.mapping.eid.ipv4", after(MAPPING, ".eid"), on_prefix(ipv4)),
    ("lisp.mapping.eid.ipv6", after(MAPPING, ".eid"), on_prefix(ipv6)),
    ("lisp.referral.incomplete", after(REFERRAL, ".incomplete"), number),
    ("lisp.referral.sigcnt", after(REFERRAL, ".signatures#"), number),

    # RLOC-records
    ("lisp.loc", LOCATOR, there),
    ("lisp.loc.priority", after(LOCATOR, ".priority"), number),
    ("lisp.loc.weight", after(LOCATOR, ".weight"), number),
    ("lisp.loc.multicast_priority", after(LOCATOR, ".mpriority"), number),
    ("lisp.loc.multicast_weight", after(LOCATOR, ".mweight"), number),
    ("lisp.loc.flags", LOCATOR, flags("reachable", "probe", "local")),
    ("lisp.loc.flags.local", after(LOCATOR, ".local"), number),
    ("lisp.loc.flags.probe", after(LOCATOR, ".probe"), number),
    ("lisp.loc.flags.reach", after(LOCATOR, ".reachable"), number),
    ("lisp.loc.afi", after(LOCATOR, ".rloc"), afi),
    ("lisp.loc.locator", after(LOCATOR, ".rloc"), ip),

    # Info-Request and Info-Reply
    ("lisp.info.r", after(INFO, ".type"), lambda kind: kind == "info-reply"),
    ("lisp.info.ttl", after(INFO, ".ttl"), number),
    ("lisp.info.prefix.masklen", after(INFO, ".eid"), mask),
    ("lisp.info.prefix.afi", after(INFO, ".eid"), on_prefix(afi)),
    ("lisp.info.prefix.ipv4", after(INFO, ".eid"), on_prefix(ipv4)),
    ("lisp.info.prefix.ipv6", after(INFO, ".eid"), on_prefix(ipv6)),
    ("lisp.info.afi", INFO, option("nat", afi, 0)),

    # Encapsulated Control Message
    ("lisp.ecm.flags.sec", ["encapsulated-control.security"], number),
    ("lisp.ecm.flags.ddt", ["encapsulated-control.ddt-originated"], number),
    ("lisp.ecm.res", ["encapsulated-control"],  # tshark is older than these flags
     lambda m: flags("to-map-server", "to-etr")(m) << 24),

    # LCAFs
    ("lisp.lcaf", ["lcaf"], there),
    ("lisp.lcaf.header", ["lcaf"], lcaf_header),
    ("lisp.lcaf.type", ["lcaf"], lcaf_type),
    ("lisp.lcaf.res2", ["lcaf"], lcaf_reserved),
    ("lisp.lcaf.length", ["lcaf"], lcaf_length),
    ("lisp.lcaf.afi_list.item", ["lcaf.afi-list.addresses[]"], there),
    *addressed("lisp.lcaf.afi_list", ["lcaf.afi-list.addresses[]"], ["ipv4", "ipv6"]),
    ("lisp.lcaf.iid", ["lcaf.instance-id.instance-id"], number),
    *addressed("lisp.lcaf.iid", ["lcaf.instance-id.address"], ["ipv4", "ipv6", "mac"]),
    ("lisp.lcaf.asn", ["lcaf.as-number.as-number"], number),
    *addressed("lisp.lcaf.asn", ["lcaf.as-number.address"], ["ipv4", "ipv6"]),
    *angle("lat", "latitude", "north"),
    *angle("lon", "longitude", "east"),
    ("lisp.lcaf.geo.alt", ["lcaf.geo.altitude"], number),
    *addressed("lisp.lcaf.geo", ["lcaf.geo.address"], ["ipv4", "ipv6"]),
    ("lisp.lcaf.natt.msport", ["lcaf.nat-traversal.ms-port"], number),
    ("lisp.lcaf.natt.etrport", ["lcaf.nat-traversal.etr-port"], number),
    ("lisp.lcaf.natt.rloc", NAT, there),
    *addressed("lisp.lcaf.natt.rloc", NAT, ["ipv4"]),
    ("lisp.lcaf.nonce_loc", ["lcaf.nonce-locator.nonce"], number),
    *addressed("lisp.lcaf.nonce_loc", ["lcaf.nonce-locator.address"], ["ipv4", "ipv6"]),
    ("lisp.lcaf.mcinfo_iid", ["lcaf.multicast-info.instance-id"], number),
    ("lisp.lcaf.mcinfo.src", ["lcaf.multicast-info.source"], there),
    ("lisp.lcaf.mcinfo.src.masklen", ["lcaf.multicast-info.source-mask-length"], number),
    *addressed("lisp.lcaf.mcinfo.src", ["lcaf.multicast-info.source"], ["ipv4"]),
    ("lisp.lcaf.mcinfo.grp", ["lcaf.multicast-info.group"], there),
    ("lisp.lcaf.mcinfo.grp.masklen", ["lcaf.multicast-info.group-mask-length"], number),
    *addressed("lisp.lcaf.mcinfo.grp", ["lcaf.multicast-info.group"], ["ipv4"]),
    ("lisp.lcaf.elp_hop", ["lcaf.explicit-locator-path.hops[]"], there),
    ("lisp.lcaf.elp_hop.flags", ["lcaf.explicit-locator-path.hops[]"],
     flags("strict", "probe", "lookup")),
    ("lisp.lcaf.elp_hop.flags.local", ["lcaf.explicit-locator-path.hops[].lookup"], number),
    ("lisp.lcaf.elp_hop.flags.probe", ["lcaf.explicit-locator-path.hops[].probe"], number),
    ("lisp.lcaf_elp_hop.flags.strict", ["lcaf.explicit-locator-path.hops[].strict"], number),
    *addressed("lisp.lcaf.elp_hop", ["lcaf.explicit-locator-path.hops[].address"],
               ["ipv4", "ipv6"]),
    ("lisp.lcaf.srcdst.src", ["lcaf.source-destination-key.source"], there),
    ("lisp.lcaf.srcdst.src.masklen", ["lcaf.source-destination-key.source-mask-length"], number),
    *addressed("lisp.lcaf.srcdst.src", ["lcaf.source-destination-key.source"], ["ipv4", "ipv6"]),
    ("lisp.lcaf.srcdst.dst", ["lcaf.source-destination-key.destination"], there),
    ("lisp.lcaf.srcdst.dst.masklen", ["lcaf.source-destination-key.destination-mask-length"],
     number),
    *addressed("lisp.lcaf.srcdst.dst", ["lcaf.source-destination-key.destination"],
               ["ipv4", "ipv6"]),
    ("lisp.lcaf.rle_entry", ["lcaf.replication-list.entries[]"], there),
    ("lisp.lcaf.rle_entry.level", ["lcaf.replication-list.entries[].level"], number),
    *addressed("lisp.lcaf.rle_entry", ["lcaf.replication-list.entries[].address"],
               ["ipv4", "ipv6"]),
    ("lisp.lcaf.kv_key", ["lcaf.key-value.key"], there),
    *addressed("lisp.lcaf.kv_key", ["lcaf.key-value.key"], ["dn"]),
    ("lisp.lcaf.kv_value", ["lcaf.key-value.value"], there),
    *addressed("lisp.lcaf.kv_value", ["lcaf.key-value.value"], ["ipv4", "ipv6"]),

    # data packets, and what is in them
    ("ip.len", ["data"], lambda d: d["length"] + 28 if ipv4(d["src"]) else None),
    ("ip.len", ["data$"], lambda d: d["inner-length"] if ipv4(d["inner-src"]) else None),
    ("ipv6.plen", ["data"], lambda d: d["length"] + 8 if ipv6(d["src"]) else None),
    ("ipv6.plen", ["data$"], lambda d: d["inner-length"] - 40 if ipv6(d["inner-src"]) else None),
    ("ip.proto", ["data$"], lambda d: d["inner-protocol"] if ipv4(d["inner-src"]) else None),
    ("ipv6.nxt", ["data$"], lambda d: d["inner-protocol"] if ipv6(d["inner-src"]) else None),
    ("udp.srcport", ["data$"], inside(UDP, "inner-sport")),
    ("udp.dstport", ["data$"], inside(UDP, "inner-dport")),
    ("udp.length", ["data$"], inside_udp_length),
    ("tcp.srcport", ["data$"], inside(TCP, "inner-sport")),
    ("tcp.dstport", ["data$"], inside(TCP, "inner-dport")),
    ("lisp-data.flags", ["data"],
     lambda d: d["key-id"] | flags("next-protocol-present", "instance-id-present",
                                   "versions-present", "echo-nonce-request",
                                   "status-bits-present", "nonce-present")(d) << 2),
    ("lisp-data.flags.nonce", ["data.nonce-present"], number),
    ("lisp-data.flags.lsb", ["data.status-bits-present"], number),
    ("lisp-data.flags.enr", ["data.echo-nonce-request"], number),
    ("lisp-data.flags.mv", ["data.versions-present"], number),
    ("lisp-data.flags.iid", ["data.instance-id-present"], number),
    ("lisp-data.flags.res", ["data"], lambda d: d["key-id"] | d["next-protocol-present"] << 2),
    ("lisp-data.nonce", ["data.nonce"], number),
    ("lisp-data.mapver", ["data"],
     lambda d: d["source-map-version"] << 12 | d["destination-map-version"]
     if d["versions-present"] else None),
    ("lisp-data.srcmapver", ["data.source-map-version"], number),
    ("lisp-data.dstmapver", ["data.destination-map-version"], number),
    ("lisp-data.iid", ["data.instance-id"], number),
    ("lisp-data.lsb", ["data"],
     lambda d: None if d["instance-id-present"] else d.get("status-bits")),
    ("lisp-data.lsb8", ["data"],
     lambda d: d.get("status-bits") if d["instance-id-present"] else None),
]

UNCOMPARED = {
    "reserved, and not shown": [
        "lisp.mrep.res", "lisp.mnot.res", "lisp.mref.res", "lisp.info.res1", "lisp.info.res2",
        "lisp.mapping.res1", "lisp.mapping.res2", "lisp.loc.flags.res", "lisp.lcaf.res1",
        "lisp.lcaf.flags", "lisp.lcaf.nonce_loc.res", "lisp.lcaf.elp_hop.flags.res",
        "lisp.lcaf.srcdst.res", "lisp.lcaf.rle_entry.res"],
    "reserved in RFC 9301, a flag of the NAT-traversal draft": [
        "lisp.mreg.flags.rtr", "lisp.mnot.flags.rtr"],
    "reserved in RFC 8060, flags of its drafts": [
        "lisp.lcaf.mcinfo.flags", "lisp.lcaf.mcinfo.flags.res", "lisp.lcaf.mcinfo.flags.rp",
        "lisp.lcaf.mcinfo.flags.leave", "lisp.lcaf_mcinfo.flags.join", "lisp.lcaf.mcinfo.res"],
}

UNTOLD = {
    "tshark does not dissect Map-Notify-Acks":
        r"map-notify-ack\.(?!(type|length|[sd](rc|st|port))$).*",
    "said another way by another key": r".*\.(ttl-name|algorithm-name|inner-protocol-name)|lcaf\.number",
    "found by computing": r".*\.authentication\.(verdict|coverage)",
    "the outer header's, which the JSON has not, is in the same field of tshark":
        r"encapsulated-control\.inner-hop-limit",
    "in no field of lisp": r"data\.payload",
}

# --- reading --------------------------------------------------------------------------------------


def walk(value, path, emit):
    """emit(path, value) for everything in a JSON object, in its order; PATH$ after what is in it"""
    emit(path, value)
    if isinstance(value, dict):
        for key, inside in value.items():
            if key == "inner":
                walk(inside, inside["type"], emit)
            elif key == "lcaf" or key.endswith("-lcaf"):
                walk_lcaf(inside, emit)
            elif key.endswith("-lcafs"):
                for lcaf in inside:
                    walk_lcaf(lcaf, emit)
            else:
                walk(inside, path + "." + key, emit)
        emit(path + "$", value)
    elif isinstance(value, list):
        emit(path + "#", len(value))
        for inside in value:
            walk(inside, path + "[]", emit)


def walk_lcaf(lcaf, emit):
    emit("lcaf", lcaf)
    walk(lcaf, "lcaf." + lcaf["type"], emit)


CONVERSIONS = collections.defaultdict(list)
for _field, _paths, _convert in FIELDS:
    for _path in _paths:
        CONVERSIONS[_path].append((_field, _convert))


def expected(message):
    """what tshark should say: {field: [values]}"""
    fields = collections.defaultdict(list)
    dissected = message["type"] != "map-notify-ack"

    def emit(path, value):
        if not dissected and path.startswith("lcaf"):
            return
        for field, convert in CONVERSIONS.get(path, ()):
            converted = convert(value)
            if converted is not None:
                fields[field].append(converted)
    walk(message, message["type"], emit)
    return fields


class Tshark:
    """its fields, and what it says of a capture"""
    OTHERS = ["frame.number", "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
              "udp.srcport", "udp.dstport", "udp.length", "tcp.srcport", "tcp.dstport",
              "ip.proto", "ipv6.nxt", "ip.len", "ipv6.plen", "data.data"]

    def __init__(self, work):
        self.environment = {**os.environ, "HOME": work, "XDG_CONFIG_HOME": work, "LC_ALL": "C",
                            "TZ": "UTC0"}
        listing = subprocess.run(["tshark", "-G", "fields"], env=self.environment, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        self.kinds = {row[2]: row[3] for row in (line.split("\t") for line in
                                                 listing.stdout.splitlines())
                      if row[0] == "F" and (re.match(r"lisp(-data)?\.", row[2])
                                            or row[2] in self.OTHERS)}
        self.names = list(self.kinds)
        self.converts = [self.conversion(name) for name in self.names]

    def conversion(self, field):
        kind = self.kinds[field]
        if field == "frame.time_epoch" or kind in ("FT_STRING", "FT_STRINGZ", "FT_IPv4", "FT_IPv6",
                                                   "FT_ETHER"):
            return str
        if kind == "FT_BYTES":
            return lambda value: value.replace(":", "")
        if kind == "FT_BOOLEAN":
            return lambda value: {"0": 0, "False": 0, "1": 1, "True": 1}[value]
        if kind == "FT_NONE":
            return lambda value: 1
        return lambda value: int(value, 0)

    @contextlib.contextmanager
    def run(self, *arguments):
        with subprocess.Popen(["tshark", "-n", *arguments], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            yield process.stdout
        if process.returncode != 0:
            raise SystemExit(f"tshark ended with {process.returncode}")

    def packets(self, capture):
        """{field: [values]} of one packet after the other"""
        wanted = itertools.chain.from_iterable(("-e", name) for name in self.names)
        altitudes = self.altitudes(capture)
        with self.run("-r", capture, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|",
                      *wanted) as lines:
            for line in lines:
                packet = {name: list(map(convert, value.split("|"))) for name, convert, value
                          in zip(self.names, self.converts, line.rstrip("\n").split("\t")) if value}
                if "lisp.lcaf.geo.alt" in packet:
                    packet["lisp.lcaf.geo.alt"] = altitudes[packet["frame.number"][0]]
                self.leave_out(packet)
                yield packet

    @staticmethod
    def leave_out(packet):
        """what is in the fields besides LISP"""
        if packet.get("lisp.type") != [1]:
            packet.pop("data.data", None)
        if "lisp-data.flags" not in packet:
            for field in ("ip.len", "ipv6.plen"):
                packet.pop(field, None)

    def altitudes(self, capture):
        """by frame: the field has no value but in this form of output"""
        found = {}
        with self.run("-r", capture, "-Y", "lisp.lcaf.geo.alt", "-T", "pdml") as lines:
            for line in lines:
                frame = re.search(r'<field name="num" .* show="(\d+)"', line)
                if frame:
                    inside = found[int(frame.group(1))] = []
                altitude = re.search(r' name="lisp\.lcaf\.geo\.alt" showname="\D*(-?\d+) m"', line)
                if altitude:
                    inside.append(int(altitude.group(1)))
        return found


class Decoder:
    """lisp-decode over a capture"""

    def __init__(self, bindir, work):
        self.program = os.path.join(bindir, "lisp-decode")
        self.work = work

    def messages(self, capture, key, *options):
        keys = os.path.join(self.work, "keys")
        with open(os.open(keys, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(f"* {key}\n")
        with subprocess.Popen([self.program, "-F", "json", "--time", "epoch", "--keys", keys, "-r",
                               capture, *options], text=True, stdout=subprocess.PIPE) as process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            raise SystemExit(f"lisp-decode ended with {process.returncode}")


def generate(work, packets, options):
    capture, truth = (os.path.join(work, name) for name in ("traffic.pcap", "truth"))
    subprocess.run([sys.executable, GENERATOR, "-n", str(packets), "--key", KEY, "-o", capture,
                    "--truth", truth, *options], check=True)
    with open(truth) as lines:
        return capture, [line.split("\t")[1] for line in lines]


# --- judging --------------------------------------------------------------------------------------

class Failures:
    """the first few of them in words, the others counted"""
    shown = 30

    def __init__(self):
        self.count = 0

    def add(self, what):
        self.count += 1
        if self.count <= self.shown:
            print("FAILED", what)


def differences(message, packet):
    """the fields in which they differ, with both lists of values"""
    try:
        ours = expected(message)
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        return {"(not understood)": (repr(error), None)}
    return {field: (ours.get(field, []), packet.get(field, []))
            for field in CONVERSION_FIELDS if ours.get(field, []) != packet.get(field, [])}


CONVERSION_FIELDS = {field for field, _, _ in FIELDS}
IGNORED = {field for fields in UNCOMPARED.values() for field in fields}

# What a kind of the generator must look like: types from the outermost in, and what else is so.
KINDS = {
    "mreq": (["map-request"], lambda m: not (m["probe"] or m["solicit"] or "xtr-id" in m)),
    "mreq-ecm": (["encapsulated-control", "map-request"], lambda m: not m["smr-invoked"]),
    "mreq-pubsub": (["map-request"], lambda m: "xtr-id" in m and m["records"][0]["notify"]),
    "smr": (["map-request"], lambda m: m["solicit"]),
    "smr-inv": (["encapsulated-control", "map-request"], lambda m: m["smr-invoked"]),
    "probe": (["map-request"], lambda m: m["probe"]),
    "probe-rep": (["map-reply"], lambda m: m["probe"]),
    "mrep": (["map-reply"], lambda m: all(r["locators"] for r in m["records"])),
    "mrep-lcaf": (["map-reply"], lambda m: all(r["locators"] for r in m["records"])),
    "mrep-neg": (["map-reply"], lambda m: not m["records"][0]["locators"]),
    "mreg1": (["map-register"], lambda m: m["authentication"]["algorithm-name"] == "sha1"),
    "mreg256": (["map-register"], lambda m: m["authentication"]["algorithm-name"] == "sha256"
                and "xtr-id" not in m),
    "mreg-id": (["map-register"], lambda m: "xtr-id" in m and "site-id" in m),
    "mreg-ecm": (["encapsulated-control", "map-register"], lambda m: True),
    "mnot": (["map-notify"], lambda m: True),
    "mnack": (["map-notify-ack"], lambda m: True),
    "mref": (["map-referral"], lambda m: True),
    "info": (["info-request"], lambda m: "nat" not in m),
    "info-rep": (["info-reply"], lambda m: m["nat-lcaf"]["type"] == "nat-traversal"),
    "data": (["data"], lambda m: True),
}


def innermost(message):
    while "inner" in message:
        message = message["inner"]
    return message


def verdict(message):
    return innermost(message).get("authentication", {"verdict": "unsigned"}).get("verdict")


def is_of_kind(message, kind):
    types = [message["type"]]
    while "inner" in message:
        message = message["inner"]
        types.append(message["type"])
    wanted, holds = KINDS[kind]
    return types == wanted and bool(holds(message))


class Acknowledged:
    """Map-Notify-Acks against the Map-Notifies that have their nonces"""
    around = ("time", "frame", "src", "sport", "dst", "dport", "type", "authentication")

    def __init__(self):
        self.notifies = {}
        self.compared = 0

    def take(self, message, failures):
        if message["type"] not in ("map-notify", "map-notify-ack"):
            return
        said = {key: value for key, value in message.items() if key not in self.around}
        for key in ("key-id", "algorithm"):
            said[key] = message["authentication"][key]
        if message["type"] == "map-notify":
            self.notifies[message["nonce"]] = said
        elif message["nonce"] in self.notifies:
            self.compared += 1
            if self.notifies[message["nonce"]] != said:
                failures.add(f"frame {message['frame']}: not what the Map-Notify said")


def compare(decoder, tshark, capture, kinds, failures):
    """returns how many values of each field of tshark were compared"""
    counts = collections.Counter()
    acknowledged = Acknowledged()
    rows = itertools.zip_longest(decoder.messages(capture, KEY), tshark.packets(capture), kinds)
    for frame, (message, packet, kind) in enumerate(rows, 1):
        if message is None or packet is None or kind is None:
            failures.add(f"frame {frame}: only one side has it")
            break
        if not is_of_kind(message, kind):
            failures.add(f"frame {frame}: no {kind}: {message}")
        if "error" in message or "warnings" in message:
            failures.add(f"frame {frame}: {message.get('error')} {message.get('warnings')}")
        if verdict(message) not in ("good", "unsigned"):
            failures.add(f"frame {frame}: authentication data is {verdict(message)}")
        for field, (ours, theirs) in differences(message, packet).items():
            failures.add(f"frame {frame}: {field}: {ours}, tshark {theirs}")
        for field in packet.keys() - CONVERSION_FIELDS - IGNORED:
            failures.add(f"frame {frame}: {field} of tshark is in neither table")
        acknowledged.take(message, failures)
        counts.update({field: len(values) for field, values in packet.items()})
    if acknowledged.compared < kinds.count("mnack") * 0.9:
        failures.add(f"only {acknowledged.compared} Map-Notify-Acks had a Map-Notify")
    return counts


def check_with_wrong_key(decoder, capture, failures):
    types = ["map-register", "map-notify", "map-notify-ack", "info-request", "info-reply",
             "encapsulated-control"]
    for message in decoder.messages(capture, KEY + "?", "--type", ",".join(types)):
        if verdict(message) not in ("bad", "unsigned"):
            failures.add(f"frame {message['frame']}: {verdict(message)} with a wrong key")


def compare_all(decoder, tshark, work):
    failures = Failures()
    counts = collections.Counter()
    for packets, options in TRAFFIC:
        capture, kinds = generate(work, packets, options)
        counts.update(compare(decoder, tshark, capture, kinds, failures))
        check_with_wrong_key(decoder, capture, failures)
        print(f"{packets} packets, {' '.join(options)}: {failures.count} failures")
    for field in sorted(CONVERSION_FIELDS):
        if counts[field] == 0:
            failures.add(f"{field}: not in the traffic")
    compared = sum(counts[field] for field in CONVERSION_FIELDS)
    print(f"{compared} values of {len(CONVERSION_FIELDS)} fields compared")
    return failures.count


# --- the self-test --------------------------------------------------------------------------------

LCAFS = "(lcafs)"
UNTOLD_PATHS = re.compile("|".join(UNTOLD.values()))


def other(value):
    """values that differ from this one; an LCAF's text has an object beside it that is compared"""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, list):
        swapped = [value[1], value[0], *value[2:]] if len(value) > 1 else value
        return [changed for changed in (value[:-1], swapped) if changed != value]
    if not isinstance(value, str):
        return []
    prefix = re.fullmatch(r"(.*)/(\d+)", value)
    if prefix:
        address, length = prefix.groups()
        return [f"{address}/{int(length) ^ 1}"] + [f"{o}/{length}" for o in other(address)]
    if re.match(r"[a-z-]+\(|\[", value):
        return []
    return [re.sub(r"[0-9a-z](?=\W*$)", lambda c: "2" if c.group() == "1" else "1", value)]


def paths(node, path):
    """(path, container, key, value) of everything in it"""
    for key, value in list(enumerate(node) if isinstance(node, list) else node.items()):
        at = path + ("[]" if isinstance(node, list) else "." + key)
        if key == "inner":
            at = value["type"]
        elif path == LCAFS or key == "lcaf" or str(key).endswith("-lcaf"):
            at = "lcaf." + value["type"]
        elif str(key).endswith("-lcafs"):
            at = LCAFS
        yield at, node, key, value
        if isinstance(value, (dict, list)):
            yield from paths(value, at)


def unnoticed(message, packet, noticed):
    """changes that make no difference; adds to `noticed` the fields in which the others made one"""
    for path, container, key, value in list(paths(message, message["type"])):
        if UNTOLD_PATHS.fullmatch(path):
            continue
        for changed in other(value):
            container[key] = changed
            found = differences(message, packet)
            container[key] = value
            noticed.update(found)
            if not found:
                yield f"{path}: {changed!r} for {value!r}"


def self_test(decoder, tshark, work):
    failures = Failures()
    noticed, seen = set(), set()
    changes = 0
    capture, _ = generate(work, *SELF_TEST_TRAFFIC)
    for message, packet in zip(decoder.messages(capture, KEY), tshark.packets(capture)):
        if differences(message, packet):
            failures.add(f"frame {message['frame']} differs, unchanged")
        seen |= packet.keys() & CONVERSION_FIELDS
        # Not of every packet, but until every field has noticed something.
        if not packet.keys() & CONVERSION_FIELDS <= noticed:
            changes += 1
            for change in unnoticed(message, packet, noticed):
                failures.add(f"frame {message['frame']}: {change}: makes no difference")
    for field in sorted(seen - noticed):
        failures.add(f"{field}: notices no change")
    print(f"every value of {changes} messages changed, noticed by {len(noticed)} fields; "
          f"{failures.count} failures")
    return failures.count


def main():
    arguments = [a for a in sys.argv[1:] if a != "--self-test"]
    if not arguments:
        sys.exit(__doc__)
    if shutil.which("tshark") is None:
        print("skipped: no tshark")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as work:
        work = arguments[1] if len(arguments) > 1 else work
        decoder, tshark = Decoder(arguments[0], work), Tshark(work)
        run = self_test if "--self-test" in sys.argv else compare_all
        sys.exit(1 if run(decoder, tshark, work) else 0)


if __name__ == "__main__":
    main()
