// What an earlier life of a Map-Server has saved.
#include "engine/map_server_request.h"

namespace lisp {

bool MapServer::restore(Bytes saved, Instant now) {
	Reader in{saved};
	while (in.ok() && in.remaining() > 0) {
		arena_.reset();
		switch (static_cast<SavedKind>(in.u8("kind"))) {
		case SavedKind::map_register:
			++message_;
			for (const auto xtr = restore_xtr(in); in.ok() && in.remaining() > 0;)
				restore_record(in, xtr, now);
			break;
		case SavedKind::xtr: {
			const auto number = in.u32("number");
			if (const auto xtr = restore_xtr(in)) restored_xtrs_[number] = *xtr;
			break;
		}
		case SavedKind::registration: {
			++message_;
			const auto xtr = restored_xtrs_.find(in.u32("number"));
			restore_record(
			    in, xtr == restored_xtrs_.end() ? std::nullopt : std::optional{xtr->second}, now);
			break;
		}
		case SavedKind::key: restore_nonces(in); break;
		case SavedKind::notify: restore_notify(in, now); break;
		case SavedKind::acknowledged: unsolicited_.remove(in.u64("nonce")); break;
		case SavedKind::subscriber: restore_subscriber(in); break;
		default: return false;
		}
	}
	return in.ok();
}

std::optional<RegisteringXtrs::Number> MapServer::restore_xtr(Reader &in) {
	SavedXtr saved;
	read(in, saved, options_.time);
	const auto key = in.ok() ? sites_->key_of(saved.key) : std::nullopt;
	if (!key) return std::nullopt;
	return xtrs_.restore({*key, saved.identity, saved.source, saved.local, saved.nonce,
	    saved.key_id, saved.algorithm,
	    Octets(saved.authentication.begin(), saved.authentication.end()), saved.heard});
}

// By the configuration as it is now.
void MapServer::restore_record(
    Reader &in, std::optional<RegisteringXtrs::Number> xtr, Instant now) {
	SavedRecord saved;
	read(in, saved, options_.time);
	if (!in.ok() || !xtr) return;
	Reader octets{saved.record};
	MapRecord record;
	read(octets, arena_, record);
	const auto eid = octets.ok() ? eid_prefix(record.eid, record.mask_length) : std::nullopt;
	const auto place = eid ? sites_->registrable(*eid) : std::nullopt;
	if (!place || place->site != &sites_->site_of(xtrs_[*xtr].key)) return;
	const auto expires = saved.registered + saved.lifetime;
	if (expires <= now || !ServerSites::allows(*place->site, record.locators))
		table_.withdraw(*eid, *xtr);
	else
		table_.put({*eid, saved.record, *xtr, message_, saved.proxy_reply, saved.merge, expires},
		    saved.registered);
}

void MapServer::restore_nonces(Reader &in) {
	KeyMark mark;
	RegisteringXtrs::KeyNonces nonces;
	read(in, mark);
	read(in, nonces);
	const auto key = in.ok() ? sites_->key_of(mark) : std::nullopt;
	if (!key) return;
	nonces.key = *key;
	xtrs_.restore(nonces);
}

void MapServer::restore_notify(Reader &in, Instant now) {
	KeyMark mark;
	UnsolicitedNotify notify;
	read(in, notify, mark);
	const auto key = in.ok() ? sites_->key_of(mark) : std::nullopt;
	if (!key) return;
	notify.key = *key;
	last_nonce_ = std::max(last_nonce_, notify.nonce);
	unsolicited_.add(std::move(notify), now);
}

} // namespace lisp
