#include "engine/encoded_records.h"

#include <algorithm>
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

void EncodedRecords::set_lost(
    std::size_t index, const std::vector<IpAddress> &lost, Arena &scratch) {
	scratch.reset();
	Reader in{octets(index)};
	MapRecord record;
	read(in, scratch, record);
	const auto locators = scratch.array<Locator>(record.locators.size());
	bool changed = false;
	for (std::size_t i = 0; i < locators.size(); ++i) {
		auto &locator = locators[i] = record.locators[i];
		const auto *rloc = std::get_if<IpAddress>(&locator.rloc);
		if (!locator.local || rloc == nullptr) continue;
		const bool reachable = !std::binary_search(lost.begin(), lost.end(), *rloc);
		changed = changed || locator.reachable != reachable;
		locator.reachable = reachable;
	}
	if (!changed) return;
	record.locators = std::span<const Locator>(locators);
	Writer out{Room{octets_}.subspan(starts_[index], starts_[index + 1] - starts_[index])};
	write(out, record);
}

} // namespace lisp
