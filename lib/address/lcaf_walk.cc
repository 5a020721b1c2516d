// What holds for every kind of LCAF, whatever addresses are in it.
#include "address/lcaf.h"

namespace lisp {

namespace {

template <class T> bool has_vendor_inside(const T &value) {
	const auto in_items = [](const auto &items) {
		return std::any_of(items.begin(), items.end(),
		    [](const auto &item) { return has_vendor_specific(item.address); });
	};
	const auto in_addresses = [](const auto &addresses) {
		return std::any_of(addresses.begin(), addresses.end(), has_vendor_specific);
	};
	if constexpr (std::is_same_v<T, lcaf::Json>)
		return value.address && has_vendor_specific(*value.address);
	else if constexpr (requires { value.address; })
		return has_vendor_specific(value.address);
	else if constexpr (requires { value.addresses; })
		return in_addresses(value.addresses);
	else if constexpr (requires { value.hops; })
		return in_items(value.hops);
	else if constexpr (requires { value.entries; })
		return in_items(value.entries);
	else if constexpr (requires { value.rtrs; })
		return has_vendor_specific(value.global_etr) || has_vendor_specific(value.map_server) ||
		       has_vendor_specific(value.private_etr) || in_addresses(value.rtrs);
	else if constexpr (std::is_same_v<T, lcaf::MulticastInfo>)
		return has_vendor_specific(value.source) || has_vendor_specific(value.group);
	else if constexpr (std::is_same_v<T, lcaf::SourceDestinationKey>)
		return has_vendor_specific(value.source) || has_vendor_specific(value.destination);
	else if constexpr (std::is_same_v<T, lcaf::KeyValue>)
		return has_vendor_specific(value.key) || has_vendor_specific(value.value);
	else
		return std::is_same_v<T, lcaf::VendorSpecific>;
}

} // namespace

bool has_vendor_specific(const Address &address) {
	const auto *lcaf = std::get_if<Lcaf>(&address);
	if (lcaf == nullptr) return false;
	return std::visit(
	    [](const auto &value) { return has_vendor_inside(value); }, lcaf->body().value);
}

} // namespace lisp
