#include "address/lcaf_walk.h"

namespace lisp {

bool has_vendor_specific(const Address &address) {
	if (!std::holds_alternative<Lcaf>(address)) return false;
	bool found = false;
	for_each_nested(address, {}, [&](const Address &part, const AddressContext &) {
		found = found || as_lcaf<lcaf::VendorSpecific>(part) != nullptr;
	});
	return found;
}

std::uint8_t type(const LcafValue &value) {
	return std::visit([](const auto &lcaf) { return lcaf.type; }, value);
}

bool operator==(const Lcaf &a, const Lcaf &b) {
	return a.body() == b.body();
}

} // namespace lisp
