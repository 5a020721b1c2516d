#include "engine/encoded_records.h"

#include <algorithm>

namespace lisp {

Bytes encode_record(
    const SiteConfig &config, const EidSection &section, Arena &scratch, RecordRoom &room) {
	scratch.reset();
	Writer out{room};
	write(out, map_record(config, section, scratch));
	return out.written();
}

void EncodedRecords::append(const SiteConfig &config, const EidSection &section, Arena &scratch) {
	RecordRoom room; // NOLINT(*-member-init): written before it is read
	append(encode_record(config, section, scratch, room));
}

void EncodedRecords::append(Bytes record) {
	octets_.insert(octets_.end(), record.begin(), record.end());
	starts_.push_back(octets_.size());
}

void set_lost(Room octets, const std::vector<IpAddress> &lost, Arena &scratch) {
	scratch.reset();
	Reader in{octets};
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
	Writer out{octets};
	write(out, record);
}

void EncodedRecords::set_lost(const std::vector<IpAddress> &lost) {
	Arena scratch;
	for (std::size_t i = 0; i < size(); ++i)
		lisp::set_lost(
		    Room{octets_}.subspan(starts_[i], starts_[i + 1] - starts_[i]), lost, scratch);
}

} // namespace lisp
