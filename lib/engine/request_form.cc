#include "engine/request_form.h"

#include <algorithm>
#include <cassert>

namespace lisp {

namespace {

IpAddress loopback(Afi family) {
	if (family == Afi::ipv4) return IpAddress::v4(0x7f000001);
	constexpr std::array<std::uint8_t, 16> one{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
	return IpAddress::v6(one);
}

// RFC 9301 section 5.8: the inner destination is the EID, and the inner source port the one that
// the answer comes to. The inner source address is of the EID's family; nobody answers to it.
Endpoint inner_source(const RequestForm &form, const EidPrefix &eid) {
	const auto family = eid.address.family;
	if (form.source_eid.family == family) return {form.source_eid, form.port};
	for (const auto &own : form.itr_rlocs)
		if (own.family == family) return {own, form.port};
	return {loopback(family), form.port};
}

// One for a subscription; RFC 9437 section 5: none, which is AFI 0, ends it.
List<Address> itr_rlocs_of(const RequestForm &form, Subscribing subscribing, Arena &arena) {
	const bool ends = form.subscriber && subscribing == Subscribing::end;
	const auto count = form.subscriber ? 1 : form.itr_rlocs.size();
	const auto itr_rlocs = arena.array<Address>(count);
	if (ends)
		itr_rlocs[0] = IpAddress{};
	else
		std::copy_n(form.itr_rlocs.begin(), count, itr_rlocs.begin());
	return std::span<const Address>(itr_rlocs);
}

} // namespace

Bytes encode_request(const RequestForm &form, const EidPrefix &eid, std::uint64_t nonce, Room room,
    Subscribing subscribing) {
	Arena arena;
	MapRequest request;
	request.probe = form.probe;
	request.smr_invoked = form.smr_invoked;
	request.nonce = nonce;
	if (!form.source_eid.is_none() && !form.probe)
		request.source_eid = eid_address(EidPrefix::host(form.source_eid, eid.instance), arena);
	request.itr_rlocs = itr_rlocs_of(form, subscribing, arena);
	const RequestedEid record{eid.length, form.subscriber.has_value(), eid_address(eid, arena)};
	request.records = std::span<const RequestedEid>(&record, 1);
	request.identity = form.subscriber;

	auto written = encode(request, room);
	if (written && form.encapsulated) {
		const Octets inner(written->begin(), written->end());
		EncapsulatedControl message;
		message.source = inner_source(form, eid);
		message.destination = {eid.address, control_port};
		message.payload = inner;
		written = encode(message, room);
	}
	assert(written);
	return *written;
}

} // namespace lisp
