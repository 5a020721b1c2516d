#include "engine/itr_rloc.h"

#include "address/lcaf.h"

#include <algorithm>
#include <array>

namespace lisp {

namespace {

// ::ffff:0:0/96 would leave an IPv6 socket as IPv4, past every check on IPv4 addresses.
bool is_v4_mapped(const IpAddress &address) {
	constexpr std::array<std::uint8_t, 12> prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	return address.is_v6() && std::equal(prefix.begin(), prefix.end(), address.octets.begin());
}

// 0.0.0.0/8: "this network" (RFC 1122 section 3.2.1.3), which some hosts take for themselves.
bool is_this_network(const IpAddress &address) {
	return address.is_v4() && address.octets[0] == 0;
}

const IpAddress *ip_of(const Address &itr_rloc) {
	const auto *key = as_lcaf<lcaf::SecurityKey>(itr_rloc);
	return as_ip(key == nullptr ? itr_rloc : key->address);
}

} // namespace

bool may_send_to(const IpAddress &address, bool over_loopback) {
	if (address.is_loopback()) return over_loopback;
	return !address.is_none() && !address.is_unspecified() && !address.is_multicast() &&
	       !address.is_broadcast() && !address.is_link_local() && !is_v4_mapped(address) &&
	       !is_this_network(address);
}

ItrRlocChoice choose_itr_rloc(List<Address> itr_rlocs, const IpAddress &from, Families sendable) {
	std::array<IpAddress, 2> same_family;
	std::array<IpAddress, 2> other_family;
	bool refused = false;
	for (const auto &itr_rloc : itr_rlocs) {
		const auto *address = ip_of(itr_rloc);
		if (address == nullptr || !sendable.contains(address->family)) continue;
		if (!may_send_to(*address, from.is_loopback())) {
			refused = true;
			continue;
		}
		auto &two = address->family == from.family ? same_family : other_family;
		if (two[0].is_none())
			two[0] = *address;
		else if (two[1].is_none() && *address != two[0])
			two[1] = *address;
	}
	ItrRlocChoice choice{{}, refused ? ItrRlocFault::refused : ItrRlocFault::unusable};
	for (const auto &one : {same_family[0], other_family[0], same_family[1], other_family[1]}) {
		if (one.is_none()) continue;
		if (!choice.address.is_none()) {
			choice.otherwise = one;
			break;
		}
		choice = {one};
	}
	return choice;
}

} // namespace lisp
