#include "engine/eid_records.h"

namespace lisp {

EidRecords::EidRecords(const SiteConfig &config) {
	Arena arena;
	records_.reserve(config.eids.size(), config.rlocs.size());
	for (const auto &section : config.eids) {
		index_.insert(section.eid, static_cast<PrefixIndex::Value>(records_.size()));
		records_.append(config, section, arena);
	}
	index_.shrink_to_fit();
	records_.shrink_to_fit();
}

void EidRecords::set_lost(const std::vector<IpAddress> &lost) {
	Arena arena;
	for (std::size_t i = 0; i < records_.size(); ++i) records_.set_lost(i, lost, arena);
}

} // namespace lisp
