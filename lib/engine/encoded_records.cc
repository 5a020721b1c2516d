#include "engine/encoded_records.h"

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

void EncodedRecords::replace(std::size_t index, const MapRecord &record) {
	Writer out{Room{octets_}.subspan(starts_[index], starts_[index + 1] - starts_[index])};
	write(out, record);
}

} // namespace lisp
