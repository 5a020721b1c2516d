#include "engine/encoded_records.h"

namespace lisp {

void EncodedRecords::append(const SiteConfig &config, const EidSection &section, Arena &scratch) {
	scratch.reset();
	const auto record = map_record(config, section, scratch);
	octets_.resize(starts_.back() + encoded_size(record));
	Writer out{Room{octets_}.subspan(starts_.back())};
	write(out, record);
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
