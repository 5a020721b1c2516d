#include "engine/encoded_records.h"

#include <array>

namespace lisp {

namespace {

// 255 locators have 6,120 octets with IPv6, the EID-prefix before them a few dozen.
constexpr std::size_t max_record = 8192;

} // namespace

void EncodedRecords::append(const SiteConfig &config, const EidSection &section, Arena &scratch) {
	scratch.reset();
	const auto record = map_record(config, section, scratch);
	std::array<std::uint8_t, max_record> room; // NOLINT(*-member-init): written before it is read
	Writer out{room};
	write(out, record);
	octets_.insert(octets_.end(), out.written().begin(), out.written().end());
	starts_.push_back(octets_.size());
}

void EncodedRecords::append(Bytes record) {
	octets_.insert(octets_.end(), record.begin(), record.end());
	starts_.push_back(octets_.size());
}

void EncodedRecords::replace(std::size_t index, const MapRecord &record) {
	Writer out{Room{octets_}.subspan(starts_[index], starts_[index + 1] - starts_[index])};
	write(out, record);
}

} // namespace lisp
