#include "engine/eid_records.h"

namespace lisp {

EidRecords::EidRecords(const SiteConfig &config) {
	Arena arena;
	starts_.reserve(config.eids.size() + 1);
	for (const auto &section : config.eids) {
		arena.reset();
		const auto record = map_record(config, section, arena);
		const auto start = octets_.size();
		octets_.resize(start + encoded_size(record));
		Writer out{Room{octets_}.subspan(start)};
		write(out, record);
		index_.insert(section.eid, static_cast<PrefixIndex::Value>(starts_.size() - 1));
		starts_.push_back(octets_.size());
	}
	octets_.shrink_to_fit();
}

} // namespace lisp
