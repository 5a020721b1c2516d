// The addresses of a message, whatever the kind.
#pragma once

#include "address/lcaf_walk.h"
#include "message/inner_packet.h"
#include "message/message.h"

namespace lisp {

enum class AddressRole : std::uint8_t {
	eid,
	rloc,
	either, // the List-IP of a Change-Priority Message
};

namespace detail {

template <class Use> void visit_locators(List<Locator> locators, Use &use) {
	for (const auto &locator : locators) use(locator.rloc, AddressRole::rloc, AddressContext{});
}

template <class Record, class Use> void visit_eids(List<Record> records, Use &use) {
	for (const auto &record : records)
		use(record.eid, AddressRole::eid, AddressContext{record.mask_length, {}});
}

template <class Use> void visit_records(List<MapRecord> records, Use &use) {
	for (const auto &record : records) {
		use(record.eid, AddressRole::eid, AddressContext{record.mask_length, {}});
		visit_locators(record.locators, use);
	}
}

template <class Use> void visit_secured(const EidAuthentication &secured, Use &use) {
	if (secured.authorization) visit_eids(secured.authorization->eids, use);
}

template <class Use> void visit_addresses(const MapRequest &request, Use &use) {
	use(request.source_eid, AddressRole::eid, AddressContext{});
	for (const auto &rloc : request.itr_rlocs) use(rloc, AddressRole::rloc, AddressContext{});
	visit_eids(request.records, use);
	if (request.map_data) visit_records(List<MapRecord>{{&*request.map_data, 1}}, use);
}

template <class Use> void visit_addresses(const MapReply &reply, Use &use) {
	visit_records(reply.records, use);
	if (reply.security) visit_secured(reply.security->eid, use);
}

template <class Use> void visit_addresses(const MapRegister &message, Use &use) {
	visit_records(message.records, use);
}

template <class Use> void visit_addresses(const MapNotify &message, Use &use) {
	visit_records(message.records, use);
}

template <class Use> void visit_addresses(const MapReferral &referral, Use &use) {
	visit_eids(referral.records, use);
	for (const auto &record : referral.records) visit_locators(record.referrals, use);
}

template <class Use> void visit_addresses(const Info &info, Use &use) {
	use(info.eid, AddressRole::eid, AddressContext{info.mask_length, {}});
	use(info.nat, AddressRole::rloc, AddressContext{});
}

template <class Use> void visit_addresses(const EncapsulatedControl &message, Use &use) {
	if (message.security) visit_secured(message.security->eid, use);
	use(Address{message.source.address}, AddressRole::eid, AddressContext{});
	use(Address{message.destination.address}, AddressRole::eid, AddressContext{});
}

template <class Use> void visit_addresses(const ChangePriority &message, Use &use) {
	for (const auto &moved : message.eids) {
		use(Address{moved.eid}, AddressRole::eid, AddressContext{moved.mask_length, {}});
		for (const auto &address : moved.addresses)
			use(Address{address}, AddressRole::either, AddressContext{});
	}
	use(Address{message.target_rloc}, AddressRole::rloc, AddressContext{});
}

template <class Use> void visit_addresses(const DataPacket &packet, Use &use) {
	const auto inner = inner_packet(packet);
	if (!inner.ip) return;
	const AddressContext around{255, packet.instance_id()};
	use(Address{inner.ip->ip.source}, AddressRole::eid, around);
	use(Address{inner.ip->ip.destination}, AddressRole::eid, around);
}

template <class Use> void visit_addresses(const OtherMessage &, Use &) {}
template <class Use> void visit_addresses(const SharedExtension &, Use &) {}

} // namespace detail

// use(const Address &, AddressRole, const AddressContext &): every address of the message, LCAFs
// whole (for_each_nested() looks inside). Those of the headers that an Encapsulated Control Message
// or a data packet carries are EIDs; the message inside one is a message of its own.
template <class Use> void for_each_address(const Message &message, Use use) {
	std::visit([&](const auto &held) { detail::visit_addresses(held, use); }, message);
}

} // namespace lisp
