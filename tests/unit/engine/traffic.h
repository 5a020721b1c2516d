// Messages as a capture would show them, made up.
#pragma once

#include "message/dissection.h"

#include <cstdint>

namespace lisp {

inline constexpr std::uint64_t millisecond = 1'000'000;
inline constexpr std::uint64_t second = 1'000'000'000;
inline constexpr std::uint64_t noon = 1'700'000'000 * second;

inline IpAddress ip(std::string_view text) {
	return *IpAddress::parse(text);
}

inline const IpAddress itr = ip("192.0.2.1");
inline const IpAddress other_itr = ip("192.0.2.2");
inline const IpAddress resolver = ip("198.51.100.1");
inline const IpAddress server = ip("198.51.100.2");
inline const IpAddress etr = ip("203.0.113.1");

// What it makes lives as long as it does.
class Traffic {
public:
	Dissection message(const Message &message, std::string_view type, const IpAddress &from,
	    const IpAddress &to, std::optional<std::uint64_t> time) {
		Dissection found;
		found.captured.time = time;
		found.captured.source = {from, control_port};
		found.captured.destination = {to, control_port};
		found.captured.length = 100;
		found.type = type;
		found.message = message;
		return found;
	}

	Dissection request(std::uint64_t nonce, const IpAddress &from, const IpAddress &to,
	    std::uint64_t time, std::string_view eid = "10.1.0.0/16") {
		return message(map_request(nonce, from, eid), "map-request", from, to, time);
	}

	Dissection encapsulated(const Dissection &inner, const IpAddress &from, const IpAddress &to,
	    std::uint64_t time, bool ddt = false) {
		EncapsulatedControl outer;
		outer.ddt_originated = ddt;
		auto found = message(outer, "encapsulated-control", from, to, time);
		found.inner = arena_.make(inner);
		return found;
	}

	// In a data packet.
	Dissection carried(
	    const Dissection &inner, const IpAddress &from, const IpAddress &to, std::uint64_t time) {
		auto found = message(DataPacket{}, "data", from, to, time);
		found.captured.source->port = 61000;
		found.captured.destination->port = data_port;
		found.captured.data = true;
		found.inner = arena_.make(inner);
		return found;
	}

	Dissection reply(std::uint64_t nonce, const IpAddress &from, const IpAddress &to,
	    std::uint64_t time, std::string_view eid = "10.1.0.0/16", bool negative = false) {
		MapReply reply;
		reply.nonce = nonce;
		reply.records = one(record(eid, negative ? List<Locator>{} : locators({{etr, 1}})));
		return message(reply, "map-reply", from, to, time);
	}

	Dissection registration(std::uint64_t nonce, const IpAddress &from, const IpAddress &to,
	    std::uint64_t time, const MapRecord &record, bool use_ttl = false) {
		MapRegister m;
		m.nonce = nonce;
		m.want_map_notify = true;
		m.use_ttl = use_ttl;
		m.records = one(record);
		return message(m, "map-register", from, to, time);
	}

	template <class Notify = MapNotify>
	Dissection notify(std::uint64_t nonce, const IpAddress &from, const IpAddress &to,
	    std::uint64_t time, std::string_view eid = "10.1.0.0/16") {
		Notify m;
		m.nonce = nonce;
		m.records = one(record(eid, locators({{etr, 1}})));
		return message(
		    m, std::is_same_v<Notify, MapNotify> ? "map-notify" : "map-notify-ack", from, to, time);
	}

	Dissection solicit(const IpAddress &from, std::uint64_t time) {
		auto request = map_request(1, from, "10.1.0.0/16");
		request.solicit = true;
		return message(request, "map-request", from, itr, time);
	}

	MapRequest map_request(
	    std::uint64_t nonce, const IpAddress &itr_rloc, std::string_view eid = "10.1.0.0/16") {
		MapRequest request;
		request.nonce = nonce;
		request.itr_rlocs = one(Address{itr_rloc});
		const auto prefix = *EidPrefix::parse(eid);
		RequestedEid requested;
		requested.mask_length = prefix.length;
		requested.eid = eid_address(prefix, arena_);
		request.records = one(requested);
		return request;
	}

	MapRecord record(std::string_view eid, List<Locator> locators) {
		const auto prefix = *EidPrefix::parse(eid);
		MapRecord record;
		record.ttl = RecordTtl{10};
		record.mask_length = prefix.length;
		record.eid = eid_address(prefix, arena_);
		record.locators = locators;
		return record;
	}

	struct Rloc {
		IpAddress address;
		std::uint8_t priority = 1;
	};
	List<Locator> locators(std::initializer_list<Rloc> rlocs) {
		const auto made = arena_.array<Locator>(rlocs.size());
		auto at = made.begin();
		for (const auto &rloc : rlocs) {
			at->rloc = rloc.address;
			at->priority = rloc.priority;
			++at;
		}
		return std::span<const Locator>{made};
	}

	template <class T> List<T> one(const T &value) {
		return std::span<const T>{arena_.make(value), 1};
	}

	void forget() { arena_.reset(); }

private:
	Arena arena_;
};

} // namespace lisp
