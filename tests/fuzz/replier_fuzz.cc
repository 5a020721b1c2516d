// Any datagram to a replier with any EIDs and aggregates.
//
// The input: an octet of flags; the number of EID-prefixes, 15 at most; 10 octets for each; the
// rest is the datagram. What comes of it is one Map-Reply that fits, is true, and goes to an
// ITR-RLOC that the datagram names and to nobody else; or a message handed on, or nothing; it is
// counted once; and it is the same again.
#include "address/lcaf.h"
#include "engine/replier.h"
#include "laws.h"

#include <algorithm>

namespace lisp {
namespace {

using laws::require;

// Of the first octet.
constexpr unsigned zero_checksum = 1, without_v4 = 2, without_v6 = 4, over_v6 = 8, limited = 16,
                   small = 32, without_lisp_sec = 64;
// Of the first octet of an EID-prefix.
constexpr unsigned of_v6 = 1, aggregate = 2, instance = 4, local = 8;
constexpr unsigned rlocs_shift = 6;

constexpr std::size_t prefix_octets = 10;
constexpr Instant start{};

struct Lab {
	SiteConfig config;
	Replier::Options options;
	Endpoint from;
	Endpoint to;
	Octets datagram; // of its exact size, so that a read beyond it is seen
};

void add_prefix(Lab &lab, Bytes octets) {
	const unsigned flags = octets[0];
	IpAddress address = (flags & of_v6) != 0 ? lab.to.address : IpAddress::v4(0);
	address.family = (flags & of_v6) != 0 ? Afi::ipv6 : Afi::ipv4;
	address.octets = {};
	std::copy_n(octets.begin() + 2, address.is_v6() ? 8 : 4, address.octets.begin());
	const unsigned length = octets[1] % (address.width() + 1U);
	const auto eid = EidPrefix::make(address, length, (flags & instance) != 0 ? 100 : 0);
	require(eid.has_value());
	if ((flags & aggregate) != 0) return lab.options.negative.push_back(*eid);
	EidSection section;
	section.eid = *eid;
	section.ttl = RecordTtl{octets[9]};
	section.first_rloc = static_cast<std::uint32_t>(lab.config.rlocs.size());
	section.rloc_count = static_cast<std::uint8_t>(flags >> rlocs_shift);
	for (unsigned i = 0; i < section.rloc_count; ++i) {
		RlocLine line;
		line.rloc = i == 0 ? lab.to.address : IpAddress::v4(0xc6336400 + i);
		line.local = (flags & local) != 0;
		lab.config.rlocs.push_back(line);
	}
	lab.config.eids.push_back(section);
}

Lab lab_of(Bytes input) {
	Lab lab;
	const unsigned flags = input[0];
	const bool v6 = (flags & over_v6) != 0;
	lab.from = {IpAddress::parse(v6 ? "2001:db8:7::1" : "198.51.100.1").value(), 50000};
	lab.to = {IpAddress::parse(v6 ? "2001:db8:ffff::9" : "198.51.100.9").value(), control_port};
	lab.options.rate = (flags & limited) != 0 ? 1 : 0;
	lab.options.accept_zero_checksum = (flags & zero_checksum) != 0;
	lab.options.answer_lisp_sec = (flags & without_lisp_sec) == 0;
	lab.options.sendable = {(flags & without_v4) == 0, (flags & without_v6) == 0};
	if ((flags & small) != 0) lab.options.max_octets_ipv4 = 60;
	auto rest = input.subspan(2);
	for (unsigned left = input[1] % 16; left > 0 && rest.size() >= prefix_octets; --left) {
		add_prefix(lab, rest.first(prefix_octets));
		rest = rest.subspan(prefix_octets);
	}
	lab.datagram.assign(rest.begin(), rest.end());
	lab.datagram.shrink_to_fit();
	return lab;
}

bool is_counted_once(const ReplierCounters &c) {
	const auto drops = c.malformed + c.unknown_vendor + c.unexpected_type + c.inner_ip_checksum +
	                   c.inner_checksum_zero + c.inner_checksum_bad + c.inner_data_port +
	                   c.inner_not_map_request + c.encapsulated_probe + c.lisp_sec +
	                   c.dont_map_reply + c.no_usable_itr_rloc + c.itr_rloc_refused + c.not_owned +
	                   c.rate_limited + c.source_limited + c.total_limited + c.smr_limited +
	                   c.too_large;
	return c.received == c.map_replies + c.handed_on + drops;
}

// What the site says is its own is, as configured; what it denies lies within an aggregate and
// overlaps nothing of its own.
void require_true(const Lab &lab, const MapRecord &record) {
	const auto eid = eid_prefix(record.eid, record.mask_length);
	require(eid.has_value() && record.authoritative);
	const auto &eids = lab.config.eids;
	if (std::any_of(eids.begin(), eids.end(), [&](const auto &each) { return each.eid == *eid; }))
		return require(record.action == Action::no_action);
	require(record.action == Action::natively_forward && record.locators.empty());
	require(std::any_of(lab.options.negative.begin(), lab.options.negative.end(),
	    [&](const auto &each) { return each.covers(*eid); }));
	require(std::none_of(eids.begin(), eids.end(),
	    [&](const auto &each) { return each.eid.covers(*eid) || eid->covers(each.eid); }));
}

// The Map-Request that a datagram is, or has inside, and the port that wants the answer.
struct Question {
	MapRequest request;
	std::uint16_t port = 0;
};

Question question_of(const Lab &lab, Arena &arena) {
	if (const auto request = decode_as<MapRequest>(lab.datagram, arena))
		return {*request, lab.from.port};
	const auto ecm = decode_as<EncapsulatedControl>(lab.datagram, arena);
	require(ecm.has_value() && (!ecm->security || lab.options.answer_lisp_sec));
	require(ecm->source.port != data_port && ecm->destination.port != data_port);
	const auto request = decode_as<MapRequest>(ecm->payload, arena);
	require(request.has_value() && !request->probe);
	return {*request, ecm->source.port};
}

// Nobody but who is named has anything sent, and no address that multiplies or turns it round.
void require_wished_for(
    const Lab &lab, const MapRequest &request, const IpAddress &to, std::size_t size) {
	require(to.is_v4() || to.is_v6());
	require(to.is_v4() ? lab.options.sendable.ipv4 : lab.options.sendable.ipv6);
	require(size <= (to.is_v4() ? lab.options.max_octets_ipv4 : lab.options.max_octets_ipv6));
	require(!to.is_unspecified() && !to.is_multicast() && !to.is_broadcast() && !to.is_loopback() &&
	        !to.is_link_local());
	const auto is_it = [&](const Address &rloc) {
		const auto *key = as_lcaf<lcaf::SecurityKey>(rloc);
		return (key == nullptr ? rloc : key->address) == Address{to};
	};
	const auto &rlocs = request.itr_rlocs;
	require(std::any_of(rlocs.begin(), rlocs.end(), is_it));
}

void require_sound(const Lab &lab, const Datagram &reply) {
	Arena arena;
	const auto [request, port] = question_of(lab, arena);
	require(!request.solicit && !request.dont_map_reply);
	require(reply.to.port != 0 && reply.to.port == port);
	require_wished_for(lab, request, reply.to.address, reply.octets.size());
	if (!reply.otherwise.is_none()) {
		require_wished_for(lab, request, reply.otherwise, reply.octets.size());
		require(reply.otherwise != reply.to.address);
	}
	require(reply.source.is_none() || reply.source == lab.to.address);
	const auto message = decode_as<MapReply>(reply.octets, arena);
	require(message.has_value() && !message->records.empty());
	require(message->nonce == request.nonce && message->probe == request.probe);
	require(!message->echo_nonce && !message->security);
	for (const auto &record : message->records) {
		require_true(lab, record);
		unsigned probed = 0;
		for (const auto &locator : record.locators) probed += locator.probed ? 1 : 0;
		require(probed <= (message->probe ? 1U : 0U));
	}
}

void require_sound(const Lab &lab, const Replier::Outcome &outcome) {
	if (const auto *reply = std::get_if<Datagram>(&outcome)) return require_sound(lab, *reply);
	if (const auto *dropped = std::get_if<Dropped>(&outcome))
		return require(!name(dropped->reason).empty());
	const auto &passed = std::get<HandOn>(outcome).octets;
	require(passed.data() >= lab.datagram.data() &&
	        passed.data() + passed.size() <= lab.datagram.data() + lab.datagram.size());
}

void check(const Lab &lab) {
	Replier replier{EidRecords{lab.config}, lab.options};
	const Arrival arrival{lab.from, lab.to, lab.datagram};
	const auto first = replier.receive(arrival, start);
	require_sound(lab, first);
	const auto kind = first.index();
	const auto *reply = std::get_if<Datagram>(&first);
	const auto said =
	    reply == nullptr ? Octets{} : Octets{reply->octets.begin(), reply->octets.end()};
	for (unsigned i = 1; i < 12; ++i) {
		const auto again = replier.receive(arrival, start);
		// A burst of eight is answered whatever the limit.
		require(again.index() == kind || (lab.options.rate > 0 && i >= 8));
		if (const auto *same = std::get_if<Datagram>(&again))
			require(std::equal(said.begin(), said.end(), same->octets.begin(), same->octets.end()));
	}
	require(lab.options.rate == 0 || replier.counters().map_replies <= 8);
	require(is_counted_once(replier.counters()));
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	if (size < 2) return 0;
	check(lab_of({octets, size}));
	return 0;
}
