#include "wire/checksum.h"

namespace lisp {

void Checksum::add(Bytes octets) noexcept {
	std::size_t i = 0;
	for (; i + 1 < octets.size(); i += 2)
		sum_ += static_cast<std::uint64_t>(octets[i]) << 8 | octets[i + 1];
	if (i < octets.size()) sum_ += static_cast<std::uint64_t>(octets[i]) << 8;
}

std::uint16_t Checksum::value() const noexcept {
	auto sum = sum_;
	while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
	return static_cast<std::uint16_t>(~sum);
}

} // namespace lisp
