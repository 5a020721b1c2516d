// The addresses inside LCAFs, whatever the kind.
#pragma once

#include "address/lcaf.h"

namespace lisp {

// What an address takes from the LCAFs around it and from the field that it stands in.
struct AddressContext {
	unsigned mask_length = 255;            // bits that count; may exceed the address
	std::optional<std::uint32_t> instance; // of an Instance ID around it
};

namespace detail {

template <class Use> void walk(const Address &address, const AddressContext &around, Use &use);

template <class List, class Use>
void walk_items(const List &items, const AddressContext &around, Use &use) {
	for (const auto &item : items) {
		if constexpr (requires { item.address; })
			walk(item.address, around, use);
		else
			walk(item, around, use);
	}
}

template <class Use>
void walk_two(const Address &first, unsigned first_mask_length, const Address &second,
    unsigned second_mask_length, const AddressContext &around, Use &use) {
	walk(first, {first_mask_length, around.instance}, use);
	walk(second, {second_mask_length, around.instance}, use);
}

template <class T, class Use> void walk_inside(const T &value, AddressContext around, Use &use) {
	if constexpr (requires { value.instance; }) around.instance = value.instance;
	if constexpr (std::is_same_v<T, lcaf::Json>) {
		if (value.address) walk(*value.address, around, use);
	} else if constexpr (requires { value.address; }) {
		walk(value.address, around, use);
	} else if constexpr (requires { value.addresses; }) {
		walk_items(value.addresses, around, use);
	} else if constexpr (requires { value.hops; }) {
		walk_items(value.hops, around, use);
	} else if constexpr (requires { value.entries; }) {
		walk_items(value.entries, around, use);
	} else if constexpr (std::is_same_v<T, lcaf::NatTraversal>) {
		for (const auto *address : {&value.global_etr, &value.map_server, &value.private_etr})
			walk(*address, around, use);
		walk_items(value.rtrs, around, use);
	} else if constexpr (std::is_same_v<T, lcaf::MulticastInfo>) {
		walk_two(value.source, value.source_mask_length, value.group, value.group_mask_length,
		    around, use);
	} else if constexpr (std::is_same_v<T, lcaf::SourceDestinationKey>) {
		walk_two(value.source, value.source_mask_length, value.destination,
		    value.destination_mask_length, around, use);
	} else if constexpr (std::is_same_v<T, lcaf::KeyValue>) {
		walk_two(value.key, around.mask_length, value.value, around.mask_length, around, use);
	}
}

template <class Use> void walk(const Address &address, const AddressContext &around, Use &use) {
	use(address, around);
	if (const auto *lcaf = std::get_if<Lcaf>(&address))
		std::visit([&](const auto &value) { walk_inside(value, around, use); }, lcaf->body().value);
}

} // namespace detail

// use(const Address &, const AddressContext &): the address itself, then every one inside it, from
// the outermost in. What an Instance ID or a mask length of an LCAF applies to is told there.
template <class Use>
void for_each_nested(const Address &address, const AddressContext &around, Use use) {
	detail::walk(address, around, use);
}

} // namespace lisp
