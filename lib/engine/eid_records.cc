#include "engine/eid_records.h"

#include "engine/encoded_records.h"

#include <algorithm>

namespace lisp {

EidRecords::EidRecords(const SiteConfig &config) {
	Arena arena;
	RecordRoom room; // NOLINT(*-member-init): written before it is read
	octets_.reserve(config.eids.size() * 20 + config.rlocs.size() * 12); // of IPv4
	for (const auto &section : config.eids)
		index_.insert(section.eid, append(encode_record(config, section, arena, room)));
	index_.shrink_to_fit();
	octets_.shrink_to_fit();
}

PrefixIndex::Value EidRecords::append(Bytes record) {
	octets_.resize((octets_.size() + unit - 1) / unit * unit);
	const auto place = static_cast<PrefixIndex::Value>(octets_.size() / unit);
	octets_.push_back(static_cast<std::uint8_t>(record.size() >> 8));
	octets_.push_back(static_cast<std::uint8_t>(record.size()));
	octets_.insert(octets_.end(), record.begin(), record.end());
	return place;
}

void EidRecords::change(const SiteConfig &sections, const std::vector<IpAddress> &lost) {
	Arena arena;
	RecordRoom room; // NOLINT(*-member-init): written before it is read
	for (const auto &section : sections.eids) {
		const auto record = Room{room}.first(encode_record(sections, section, arena, room).size());
		lisp::set_lost(record, lost, arena);
		const auto place = index_.exact(section.eid);
		if (place && this->record(*place).size() == record.size())
			std::copy(record.begin(), record.end(),
			    octets_.begin() + static_cast<std::ptrdiff_t>(*place * unit + size_octets));
		else
			index_.insert(section.eid, append(record)); // what it had before is left where it was
	}
}

void EidRecords::prefetch(std::span<const EidPrefix> eids) const {
	std::array<const PrefixIndex::Entry *, 64> found; // NOLINT(*-member-init): written first
	while (!eids.empty()) {
		const auto some = eids.first(std::min(eids.size(), found.size()));
		index_.longest_matches(some, found);
		for (const auto *entry : std::span{found}.first(some.size()))
			if (entry != nullptr) __builtin_prefetch(&octets_[entry->value * unit]);
		eids = eids.subspan(some.size());
	}
}

void EidRecords::set_lost(const std::vector<IpAddress> &lost) {
	Arena arena;
	for (std::size_t start = 0; start < octets_.size();) {
		const auto size = record(static_cast<PrefixIndex::Value>(start / unit)).size();
		lisp::set_lost(Room{octets_}.subspan(start + size_octets, size), lost, arena);
		start = (start + size_octets + size + unit - 1) / unit * unit;
	}
}

} // namespace lisp
