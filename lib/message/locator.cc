#include "message/locator.h"

namespace lisp {

namespace {

constexpr std::uint16_t bit_local = 0x0004;
constexpr std::uint16_t bit_probed = 0x0002;
constexpr std::uint16_t bit_reachable = 0x0001;

} // namespace

void read(Reader &in, Arena &arena, Locator &locator) {
	locator.priority = in.u8("locator priority");
	locator.weight = in.u8("locator weight");
	locator.multicast_priority = in.u8("locator multicast priority");
	locator.multicast_weight = in.u8("locator multicast weight");
	const auto flags = in.u16("locator flags");
	locator.local = (flags & bit_local) != 0;
	locator.probed = (flags & bit_probed) != 0;
	locator.reachable = (flags & bit_reachable) != 0;
	read(in, arena, locator.rloc, "locator");
}

void write(Writer &out, const Locator &locator) {
	out.u8(locator.priority, "locator priority");
	out.u8(locator.weight, "locator weight");
	out.u8(locator.multicast_priority, "locator multicast priority");
	out.u8(locator.multicast_weight, "locator multicast weight");
	out.u16((locator.local ? bit_local : 0U) | (locator.probed ? bit_probed : 0U) |
	            (locator.reachable ? bit_reachable : 0U),
	    "locator flags");
	write(out, locator.rloc, "locator");
}

List<Locator> read_locators(Reader &in, Arena &arena, std::size_t count) {
	const auto room = arena.array<Locator>(std::min(count, in.remaining() / min_locator_size + 1));
	std::size_t filled = 0;
	while (filled < count && in.ok()) {
		read(in, arena, room[filled]);
		if (in.ok()) ++filled;
	}
	return std::span<const Locator>(room.first(filled));
}

bool locator_before(const Locator &a, const Locator &b) {
	const auto afi_a = afi(a.rloc);
	const auto afi_b = afi(b.rloc);
	if (afi_a != afi_b) return afi_a < afi_b;
	const auto *ip_a = std::get_if<IpAddress>(&a.rloc);
	const auto *ip_b = std::get_if<IpAddress>(&b.rloc);
	return ip_a != nullptr && ip_b != nullptr && *ip_a < *ip_b;
}

} // namespace lisp
