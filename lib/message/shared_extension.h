// LISP Shared Extension: type 15 and a sub-type. RFC 9304.
#pragma once

#include "wire/arena.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace lisp {

inline constexpr std::uint16_t max_sub_type = 0x0fff; // 12 bits

struct SharedExtension {
	std::uint16_t sub_type = 0; // 12 bits
	OctetList data;             // whatever the sub-type defines

	bool operator==(const SharedExtension &) const = default;
};

void read(Reader &in, SharedExtension &message);
void write(Writer &out, const SharedExtension &message);

} // namespace lisp
