// Where in a message its reserved bits are: the figures of the RFCs as masks, laid over a message.
//
// The masks are written down here and nowhere taken from the library; of a message value only its
// shape is used (which structures, how many, how long).
#pragma once

#include "address/lcaf.h"
#include "message/change_priority.h"
#include "message/data_packet.h"
#include "message/info.h"
#include "message/map_referral.h"
#include "message/message.h"
#include "message/security.h"
#include "message/shared_extension.h"

#include <gtest/gtest.h>

#include <map>
#include <sstream>

namespace lisp {

// What writing a decoded message back may change.
struct Layout {
	Octets reserved;  // ignored when read, 0 when written
	Octets rewritten; // the reserved bits and those that the encoder chooses itself
};

// The structures of the figures, octet by octet: bits that are 1 are reserved. Blanks for reading.
inline const std::map<std::string_view, std::string_view> structures{
    {"request", "00 2f 80 00 0000000000000000"},  // RFC 9301 5.2: A M P S, p s, I, L D IRC
    {"requested-eid", "7f 00"},                   // RFC 9437: N; mask-len
    {"reply", "01 ff ff 00 0000000000000000"},    // RFC 9301 5.4: P E S
    {"register", "01 ff e2 00 0000000000000000"}, // 5.6: P S I, E T a, M
    {"notify", "07 ff ff 00 0000000000000000"},   // 5.7; I of the NAT-traversal draft
    {"auth", "00 00 0000"},                       // 5.6: key id, algorithm id, length
    {"identity", "00000000000000000000000000000000"
                 "0000000000000000"},
    {"record", "00000000 00 00 0f ff f0 00"},         // 5.4: ttl, count, mask-len, ACT A, version
    {"locator", "00 00 00 00 ff f8"},                 // 5.4: L p R
    {"referral", "0f ff ff 00 0000000000000000"},     // RFC 8111 6.4
    {"referral-record", "00000000 00 00 07 ff 0000"}, // ACT A I; SigCnt and version
    {"signature", "00000000 00000000 00000000 0000 0000 00 ffffff"}, // 6.4.1
    {"info", "07 ff ff ff 0000000000000000"},                        // NAT-traversal draft 4.1: R
    {"info-eid", "00000000 ff 00"},                                  // ttl, mask-len
    {"ecm", "00 ff ff ff"},                                          // RFC 9301 5.8, 12.6: S D E M
    {"extension", "00 00"},                                          // RFC 9304 3
    {"type", "00"},                 // unassigned types: nothing is known
    {"data", "00 000000 00000000"}, // RFC 9300 5.3: every bit is kept

    // RFC 9303 6.1 and 6.2: AD type, HMAC id, OTK length, key id, wrapping id, key; EID-AD length,
    // KDF id; record count, E, HMAC id; mask-len; PKT-AD length, HMAC id.
    {"request-ad", "00 ff 0000 0000 00 00"},
    {"reply-ad", "00 ffffff"},
    {"eid-ad", "0000 0000"},
    {"eid-authorization", "00 7f 0000"},
    {"secured-eid", "ff 00"},
    {"packet-ad", "0000 0000"},

    // Inner headers of RFC 9301 5.8: nothing reserved, but see `rewritten_structures`.
    {"ipv4", "00 00 0000 0000 0000 00 00 0000 00000000 00000000"},
    {"ipv6", "00000000 0000 00 00 0000000000000000 0000000000000000 0000000000000000"
             "0000000000000000"},
    {"udp", "0000 0000 0000 0000"},

    // Change-Priority Message: flags, peers, nonce, with a code if it is an acknowledgement;
    // mask-len; flags of type 15; code; counts.
    {"cpm", "00 ff ff 00 0000000000000000"},
    {"cpm-acknowledgement", "00 ff 00 00 0000000000000000"},
    {"cpm-mask-16", "0000"},
    {"cpm-mask-8", "00"},
    {"cpm-extension", "00 00 0e 00 0000000000000000"},
    {"cpm-code", "ff 00"},
    {"cpm-eid", "ff 00"},
    {"cpm-addresses", "ff 00"},

    // AFI and address.
    {"afi-0", "0000"},
    {"ip4", "0000 00000000"},
    {"ip6", "0000 0000000000000000 0000000000000000"},

    // RFC 8060 section 3 and where a type defines a reserved octet of the header; AFI and length
    // included.
    {"lcaf", "0000 ff ff 00 ff 0000"},
    {"lcaf-unknown", "0000 ff 00 00 00 0000"}, // its flags may mean something: kept
    {"lcaf-instance", "0000 ff ff 00 00 0000 00000000"},
    {"lcaf-json", "0000 ff ff 00 fe 0000 0000"},
    {"lcaf-as", "0000 ff ff 00 ff 0000 00000000"},
    {"lcaf-application", "0000 ff ff 00 ff 0000 000000 00 00000000 00000000"},
    {"lcaf-geo", "0000 ff ff 00 ff 0000 00000000 00000000 00000000"},
    {"lcaf-opaque", "0000 ff ff 00 ff 0000 00 0000"},
    {"lcaf-nat", "0000 ff ff 00 ff 0000 0000 0000"},
    {"lcaf-nonce", "0000 ff ff 00 ff 0000 ff 000000"},
    {"lcaf-multicast", "0000 ff ff 00 ff 0000 00000000 ffff 00 00"},
    {"path-hop", "ff f8"},
    {"lcaf-key", "0000 ff ff 00 ff 0000 00 ff 00 fe"},
    {"key-length", "0000"},
    {"lcaf-source-destination", "0000 ff ff 00 ff 0000 ffff 00 00"},
    {"replication-entry", "ffff ff 00"},
    {"lcaf-encapsulation", "0000 ff ff 00 ff 0000 ffffff 80"},
    {"lcaf-vendor", "0000 ff ff 00 ff 0000 ff 000000"},
};

// What encoders choose beyond the reserved bits.
inline const std::map<std::string_view, std::string_view> rewritten_structures{
    // Bit 4 of Map-Notify: a trailer is taken with it or without, and written with it.
    {"notify", "0f ff ff 00 0000000000000000"},
    // Header length, type of service, total length, identification, DF, checksum.
    {"ipv4", "0f ff ffff ffff ffff 00 00 ffff 00000000 00000000"},
    // Traffic class, flow label, payload length.
    {"ipv6", "0fffffff ffff 00 00 0000000000000000 0000000000000000 0000000000000000"
             "0000000000000000"},
    // Length and checksum.
    {"udp", "0000 0000 ffff ffff"},
};

inline std::map<std::string_view, Layout> read_structures() {
	std::map<std::string_view, Layout> layouts;
	for (const auto &[name, mask] : structures) {
		const auto reserved = parse_hex(mask).value();
		layouts[name] = {reserved, reserved};
	}
	for (const auto &[name, mask] : rewritten_structures)
		layouts.at(name).rewritten = parse_hex(mask).value();
	return layouts;
}

inline void add_structure(Layout &layout, std::string_view name) {
	static const auto layouts = read_structures();
	const auto append = [](Octets &to, const Octets &octets) {
		to.insert(to.end(), octets.begin(), octets.end());
	};
	append(layout.reserved, layouts.at(name).reserved);
	append(layout.rewritten, layouts.at(name).rewritten);
}

inline void add_octets(Layout &layout, std::size_t count) {
	layout.reserved.resize(layout.reserved.size() + count);
	layout.rewritten.resize(layout.rewritten.size() + count);
}

// "register auth 20 record ip4 locator ip4": names of structures, and numbers of plain octets.
inline Layout parse_layout(const std::string &text) {
	Layout layout;
	std::istringstream words{text};
	for (std::string word; words >> word;) {
		const auto count = parse_number(word, 1000);
		if (count)
			add_octets(layout, static_cast<std::size_t>(*count));
		else
			add_structure(layout, word);
	}
	return layout;
}

// Lays a value out.
class LayoutOf {
public:
	template <class T> explicit LayoutOf(const T &value) {
		layout_.reserved.reserve(512);
		layout_.rewritten.reserve(512);
		add(value);
	}
	const Layout &layout() const { return layout_; }

private:
	void add(const char *structure) { add_structure(layout_, structure); }
	void plain(std::size_t count) { add_octets(layout_, count); }
	template <class T> void add(const List<T> &list) {
		for (const auto &item : list) add(item);
	}
	template <class T> void add(const std::optional<T> &value) {
		if (value) add(*value);
	}

	void add(const Address &address) {
		std::visit([&](const auto &kind) { add(kind); }, address);
	}
	void add(const IpAddress &ip) { add(ip.is_none() ? "afi-0" : ip.is_v4() ? "ip4" : "ip6"); }
	void add(const MacAddress &mac) { plain(2 + mac.width()); }
	void add(const DistinguishedName &name) { plain(2 + name.text.size() + 1); }
	void add(const Lcaf &lcaf) {
		std::visit([&](const auto &kind) { add(kind); }, lcaf.body().value);
		plain(lcaf.body().rest.size());
	}
	template <class... Addresses> void add_lcaf(const char *name, const Addresses &...addresses) {
		add(name);
		(add(addresses), ...);
	}
	void add(const lcaf::Unknown &v) {
		add("lcaf-unknown");
		plain(v.octets.size());
	}
	void add(const lcaf::Null &) { add("lcaf"); }
	void add(const lcaf::AfiList &v) { add_lcaf("lcaf", v.addresses); }
	void add(const lcaf::InstanceId &v) { add_lcaf("lcaf-instance", v.address); }
	void add(const lcaf::AsNumber &v) { add_lcaf("lcaf-as", v.address); }
	void add(const lcaf::ApplicationData &v) { add_lcaf("lcaf-application", v.address); }
	void add(const lcaf::Geo &v) { add_lcaf("lcaf-geo", v.address); }
	void add(const lcaf::OpaqueKey &v) {
		add("lcaf-opaque");
		plain(v.key.size());
	}
	void add(const lcaf::NatTraversal &v) {
		add_lcaf("lcaf-nat", v.global_etr, v.map_server, v.private_etr, v.rtrs);
	}
	void add(const lcaf::NonceLocator &v) { add_lcaf("lcaf-nonce", v.address); }
	void add(const lcaf::MulticastInfo &v) { add_lcaf("lcaf-multicast", v.source, v.group); }
	void add(const lcaf::ReencapsulationHop &v) { add_lcaf("path-hop", v.address); }
	void add(const lcaf::ExplicitLocatorPath &v) { add_lcaf("lcaf", v.hops); }
	void add(const lcaf::SecurityKey &v) {
		add("lcaf-key");
		for (const auto &key : v.keys) {
			add("key-length");
			plain(key.size());
		}
		add(v.address);
	}
	void add(const lcaf::SourceDestinationKey &v) {
		add_lcaf("lcaf-source-destination", v.source, v.destination);
	}
	void add(const lcaf::ReplicationEntry &v) { add_lcaf("replication-entry", v.address); }
	void add(const lcaf::ReplicationList &v) { add_lcaf("lcaf", v.entries); }
	void add(const lcaf::Json &v) {
		add("lcaf-json");
		plain(v.text.size());
		add(v.address);
	}
	void add(const lcaf::KeyValue &v) { add_lcaf("lcaf", v.key, v.value); }
	void add(const lcaf::EncapsulationFormat &v) { add_lcaf("lcaf-encapsulation", v.address); }
	void add(const lcaf::VendorSpecific &v) {
		add("lcaf-vendor");
		plain(v.data.size());
	}

	void add(const Authentication &v) {
		add("auth");
		plain(v.data.size());
	}
	void add(const XtrIdentity &) { add("identity"); }
	void add(const Locator &v) {
		add("locator");
		add(v.rloc);
	}
	void add(const MapRecord &v) {
		add("record");
		add(v.eid);
		add(v.locators);
	}
	void add(const RequestedEid &v) {
		add("requested-eid");
		add(v.eid);
	}
	void add(const ReferralSignature &v) {
		add("signature");
		plain(v.signature.size());
	}
	void add(const ReferralRecord &v) {
		add("referral-record");
		add(v.eid);
		add(v.referrals);
		add(v.signatures);
	}
	void add(const SecuredEid &v) {
		add("secured-eid");
		add(v.eid);
	}
	void add(const EidAuthorization &v) {
		add("eid-authorization");
		add(v.eids);
		plain(v.hmac.size());
	}
	void add(const EidAuthentication &v) {
		add("eid-ad");
		add(v.authorization);
	}
	void add(const RequestSecurity &v) {
		add("request-ad");
		plain(v.one_time_key.size());
		add(v.eid);
	}
	void add(const ReplySecurity &v) {
		add("reply-ad");
		add(v.eid);
		add("packet-ad");
		plain(v.packet_hmac.size());
	}
	void add(const MovedEid &v) {
		add("cpm-eid");
		add(v.eid);
		add("cpm-addresses");
		add(v.addresses);
	}

	void add(const MapRequest &v) {
		add("request");
		add(v.source_eid);
		add(v.itr_rlocs);
		add(v.records);
		add(v.map_data);
		add(v.identity);
	}
	void add(const MapReply &v) {
		add("reply");
		add(v.records);
		add(v.security);
	}
	template <class T> void add_registering(const char *head, const T &v) {
		add(head);
		add(v.authentication);
		add(v.records);
		add(v.identity);
	}
	void add(const MapRegister &v) { add_registering("register", v); }
	void add(const MapNotify &v) { add_registering("notify", v); }
	void add(const MapReferral &v) {
		add("referral");
		add(v.records);
	}
	void add(const Info &v) {
		add("info");
		add(v.authentication);
		add("info-eid");
		add(v.eid);
		add(v.nat);
	}
	void add(const EncapsulatedControl &v) {
		add("ecm");
		add(v.security);
		add(v.source.address.is_v4() ? "ipv4" : "ipv6");
		add("udp");
		plain(v.payload.size());
	}
	void add(const SharedExtension &v) {
		add("extension");
		plain(v.data.size());
	}
	void add(const OtherMessage &v) { plain(v.octets.size()); }
	void add(const DataPacket &v) {
		add("data");
		plain(v.payload.size());
	}
	void add(const ChangePriority &v) {
		if (v.layout == ChangePriorityLayout::extension) {
			add("cpm-extension");
			add(v.authentication);
			add("cpm-code");
			add(v.target_rloc);
			return add(v.eids);
		}
		add(v.acknowledgement ? "cpm-acknowledgement" : "cpm");
		add(v.authentication);
		add(v.layout == ChangePriorityLayout::seed ? "cpm-mask-16" : "cpm-mask-8");
		for (const auto &moved : v.eids) {
			add(moved.eid);
			add(moved.addresses);
		}
	}
	void add(const Message &v) {
		std::visit([&](const auto &message) { add(message); }, v);
	}

	Layout layout_;
};

template <class T> Layout layout_of(const T &value) {
	return LayoutOf{value}.layout();
}

} // namespace lisp
