// One LCAF of every type as the figures of RFC 8060 and RFC 9306 draw it, and how it is shown.
#pragma once

#include "address/lcaf.h"

#include <vector>

namespace lisp {

struct LcafVector {
	const char *hex;
	const char *reserved; // the bits that a receiver ignores; shorter than `hex` where none follow
	std::vector<std::size_t> shorter_lengths; // that are right, too
	const char *text;
	const char *json;
};

inline const std::vector<LcafVector> lcaf_vectors{
    {"4003 0000 00 00 0000", "0000 ffff 00 ff", {}, "null()", R"({"type":"null","number":0})"},
    {"4003 0000 01 00 0018  0001 c6336409  0002 20010db8000000000000000000000009",
        "0000 ffff 00 ff", {0, 6}, "afi-list(198.51.100.9, 2001:db8::9)",
        R"({"type":"afi-list","number":1,"addresses":["198.51.100.9","2001:db8::9"]})"},
    {"4003 0000 02 00 000a  00000064  0001 0a010101", "0000 ffff", {}, "[100]10.1.1.1",
        R"({"type":"instance-id","number":2,"instance-id":100,"mask-length":0,)"
        R"("address":"10.1.1.1"})"},
    {"4003 0000 02 18 0006  00000100  0000", "0000 ffff", {}, "[256/24]-",
        R"({"type":"instance-id","number":2,"instance-id":256,"mask-length":24,"address":"-"})"},
    {"4003 0000 03 00 000a  0000fc00  0001 0a000001", "0000 ffff 00 ff", {}, "as(64512, 10.0.0.1)",
        R"({"type":"as-number","number":3,"as-number":64512,"address":"10.0.0.1"})"},
    {"4003 0000 04 00 0012  00002e 06  1f90 1f9a  0001 ffff  0001 0a000001", "0000 ffff 00 ff", {},
        "application(class 0x00002e, protocol 6, local 8080-8090, remote 1-65535, 10.0.0.1)",
        R"({"type":"application-data","number":4,"traffic-class":46,"protocol":6,)"
        R"("local-ports":{"low":8080,"high":8090},"remote-ports":{"low":1,"high":65535},)"
        R"("address":"10.0.0.1"})"},
    {"4003 0000 05 00 0012  8030 32 0b  8002 15 08  00000023  0001 c6336409", "0000 ffff 00 ff", {},
        "geo(48d50m11s N, 2d21m8s E, 35 m, 198.51.100.9)",
        R"({"type":"geo","number":5,"north":true,)"
        R"("latitude":{"degrees":48,"minutes":50,"seconds":11},"east":true,)"
        R"("longitude":{"degrees":2,"minutes":21,"seconds":8},"altitude":35,)"
        R"("address":"198.51.100.9"})"},
    {"4003 0000 05 00 000e  0021 33 00  0047 27 00  ffffffd6  0000", "0000 ffff 00 ff", {},
        "geo(33d51m0s S, 71d39m0s W, -42 m)",
        R"({"type":"geo","number":5,"north":false,)"
        R"("latitude":{"degrees":33,"minutes":51,"seconds":0},"east":false,)"
        R"("longitude":{"degrees":71,"minutes":39,"seconds":0},"altitude":-42,"address":"-"})"},
    {"4003 0000 05 00 000e  0021 33 00  0047 27 00  7fffffff  0000", "0000 ffff 00 ff", {},
        "geo(33d51m0s S, 71d39m0s W)",
        R"({"type":"geo","number":5,"north":false,)"
        R"("latitude":{"degrees":33,"minutes":51,"seconds":0},"east":false,)"
        R"("longitude":{"degrees":71,"minutes":39,"seconds":0},"address":"-"})"},
    {"4003 0000 06 00 0007  03 0005 cafe0102", "0000 ffff 00 ff", {3, 4, 5, 6},
        "opaque-key(field-num 3, wildcards 0x0005, key cafe0102)",
        R"({"type":"opaque-key","number":6,"key-field-num":3,"wildcards":5,"key":"cafe0102"})"},
    {"4003 0000 07 00 0018  10f6 c36e  0001 cb007101  0001 c6336401  0000  0001 c6336402",
        "0000 ffff 00 ff", {18},
        "nat(ms-port 4342, etr-port 50030, global-etr 203.0.113.1, map-server 198.51.100.1, "
        "private-etr -, rtr 198.51.100.2)",
        R"({"type":"nat-traversal","number":7,"ms-port":4342,"etr-port":50030,)"
        R"("global-etr":"203.0.113.1","map-server":"198.51.100.1","private-etr":"-",)"
        R"("rtrs":["198.51.100.2"]})"},
    {"4003 0000 08 00 000a  00 abcdef  0001 0a000001", "0000 ffff 00 ff 0000  ff", {},
        "nonce(0xabcdef, 10.0.0.1)",
        R"({"type":"nonce-locator","number":8,"nonce":"0xabcdef","address":"10.0.0.1"})"},
    {"4003 0000 09 00 0014  00000007  0000 18 20  0001 c0000200  0001 ef010101",
        "0000 ffff 00 ff 0000  00000000  ffff", {}, "multicast(iid 7, 192.0.2.0/24, 239.1.1.1/32)",
        R"({"type":"multicast-info","number":9,"instance-id":7,"source":"192.0.2.0",)"
        R"("source-mask-length":24,"group":"239.1.1.1","group-mask-length":32})"},
    {"4003 0000 0a 00 0010  0001 0001 0a000001  0007 0001 0a000002",
        "0000 ffff 00 ff 0000  fff8 0000 00000000  fff8", {0, 8}, "path(10.0.0.1 S, 10.0.0.2 LPS)",
        R"({"type":"explicit-locator-path","number":10,"hops":[{"address":"10.0.0.1",)"
        R"("lookup":false,"probe":false,"strict":true},{"address":"10.0.0.2","lookup":true,)"
        R"("probe":true,"strict":true}]})"},
    {"4003 0000 0b 00 0014  02 00 03 01  0004 deadbeef  0002 cafe  0001 0a000001",
        "0000 ffff 00 ff 0000  00 ff 00 fe", {},
        "security-key(algorithm 3, revoked, key deadbeef, key cafe, 10.0.0.1)",
        R"({"type":"security-key","number":11,"algorithm":3,"revoked":true,)"
        R"("keys":["deadbeef","cafe"],"address":"10.0.0.1"})"},
    {"4003 0000 0c 00 0010  0000 18 10  0001 c0000200  0001 0a0a0000", "0000 ffff 00 ff 0000  ffff",
        {}, "source-destination(192.0.2.0/24, 10.10.0.0/16)",
        R"({"type":"source-destination-key","number":12,"source":"192.0.2.0",)"
        R"("source-mask-length":24,"destination":"10.10.0.0","destination-mask-length":16})"},
    {"4003 0000 0d 00 0014  000000 00 0001 0a000001  000000 01 0001 0a000002",
        "0000 ffff 00 ff 0000  ffffff 00 0000 00000000  ffffff", {0, 10},
        "replication(10.0.0.1 level 0, 10.0.0.2 level 1)",
        R"({"type":"replication-list","number":13,"entries":[{"address":"10.0.0.1","level":0},)"
        R"({"address":"10.0.0.2","level":1}]})"},
    {"4003 0000 0e 00 000f  0007 7b2261223a317d  0001 0a000001", "0000 ffff 00 fe", {9},
        R"(json('{"a":1}', 10.0.0.1))",
        R"({"type":"json","number":14,"binary":false,"json":"{\"a\":1}","address":"10.0.0.1"})"},
    {"4003 0000 0e 01 0004  0002 a101", "0000 ffff 00 fe", {}, "json(binary a101)",
        R"({"type":"json","number":14,"binary":true,"data":"a101"})"},
    {"4003 0000 0f 00 000d  0001 c6336409  0011 7369746500", "0000 ffff 00 ff", {},
        "key-value(198.51.100.9, 'site')",
        R"({"type":"key-value","number":15,"key":"198.51.100.9","value":"'site'"})"},
    {"4003 0000 10 00 000a  00000055  0001 0a000001", "0000 ffff 00 ff 0000  ffffff80", {},
        "encapsulation(gue, nvgre, vxlan, layer3-lisp, 10.0.0.1)",
        R"({"type":"encapsulation-format","number":16,"gue":true,"geneve":false,"nvgre":true,)"
        R"("vxlan-gpe":false,"vxlan":true,"layer2-lisp":false,"layer3-lisp":true,)"
        R"("address":"10.0.0.1"})"},
    {"4003 0000 10 00 000a  0000002a  0001 0a000001", "0000 ffff 00 ff 0000  ffffff80", {},
        "encapsulation(geneve, vxlan-gpe, layer2-lisp, 10.0.0.1)",
        R"({"type":"encapsulation-format","number":16,"gue":false,"geneve":true,"nvgre":false,)"
        R"("vxlan-gpe":true,"vxlan":false,"layer2-lisp":true,"layer3-lisp":false,)"
        R"("address":"10.0.0.1"})"},
    {"4003 0000 ff 00 0006  00 00000c cafe", "0000 ffff 00 ff 0000  ff", {4, 5},
        "vendor(00000c, cafe)",
        R"({"type":"vendor-specific","number":255,"oui":"00000c","data":"cafe"})"},
    {"4003 0080 c8 01 0004  deadbeef", "0000 ff", {0, 1, 2, 3},
        "lcaf-200(flags 0x80, rsvd2 0x01, deadbeef)",
        R"({"type":"unknown","number":200,"flags":128,"rsvd2":1,"data":"deadbeef"})"},
    {"4003 0000 c8 00 0000", "0000 ff", {}, "lcaf-200()",
        R"({"type":"unknown","number":200,"flags":0,"rsvd2":0,"data":""})"},
};

// An address and the octets it was read from.
struct ReadAddress {
	explicit ReadAddress(Bytes octets) : in(octets) { read(in, arena, address, "address"); }

	Arena arena;
	Reader in;
	Address address;
};

inline Octets written(const Address &address) {
	Octets room(encoded_size(address));
	Writer out{room};
	write(out, address, "address");
	room.resize(out.written().size());
	return room;
}

} // namespace lisp
