#include "engine/map_server_saving.h"

#include <algorithm>

namespace lisp {

namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::uint8_t bit_proxy_reply = 1;
constexpr std::uint8_t bit_merge = 2;
constexpr std::uint8_t bit_identity = 1;
constexpr std::uint8_t bit_without_id = 1;
constexpr std::uint8_t bit_forgotten = 2;

constexpr std::size_t most_of_one = 1024; // octets of anything in a snapshot but a long record

void write(Writer &out, Instant instant, const RunningTime &time) {
	out.u64(static_cast<std::uint64_t>(std::max(time.of(instant), nanoseconds{}).count()), "time");
}

Instant read_instant(Reader &in, const RunningTime &time) {
	constexpr auto most = static_cast<std::uint64_t>(nanoseconds::max().count() / 4);
	return time.at(nanoseconds{static_cast<std::int64_t>(std::min(in.u64("time"), most))});
}

void write(Writer &out, const Endpoint &endpoint) {
	write(out, Address{endpoint.address}, "address");
	out.u16(endpoint.port, "port");
}

Endpoint read_endpoint(Reader &in) {
	Arena arena;
	Address address;
	read(in, arena, address, "address");
	const auto *ip = std::get_if<IpAddress>(&address);
	return {ip != nullptr ? *ip : IpAddress{}, in.u16("port")};
}

} // namespace

SavedXtr saved_of(const RegisteringXtr &xtr, const KeyMark &key) {
	return {key, xtr.identity, xtr.source, xtr.local, xtr.nonce, xtr.key_id, xtr.algorithm,
	    xtr.authentication, xtr.heard};
}

void write(Writer &out, const KeyMark &key) {
	out.u64(key.site, "site");
	out.u64(key.line, "line");
	out.u64(key.secret, "secret");
}

void read(Reader &in, KeyMark &key) {
	key.site = in.u64("site");
	key.line = in.u64("line");
	key.secret = in.u64("secret");
}

void write(Writer &out, const RegisteringXtrs::KeyNonces &nonces) {
	out.u8((nonces.without_id ? bit_without_id : 0U) | (nonces.forgotten ? bit_forgotten : 0U),
	    "flags");
	out.u64(nonces.without_id.value_or(0), "nonce");
	out.u64(nonces.forgotten.value_or(0), "nonce");
}

void read(Reader &in, RegisteringXtrs::KeyNonces &nonces) {
	const auto flags = in.u8("flags");
	const auto without_id = in.u64("nonce");
	const auto forgotten = in.u64("nonce");
	if ((flags & bit_without_id) != 0) nonces.without_id = without_id;
	if ((flags & bit_forgotten) != 0) nonces.forgotten = forgotten;
}

void write(Writer &out, const SavedXtr &xtr, const RunningTime &time) {
	write(out, xtr.key);
	out.u8(xtr.identity ? bit_identity : 0, "flags");
	if (xtr.identity) write(out, *xtr.identity);
	write(out, xtr.source);
	write(out, xtr.local);
	out.u64(xtr.nonce, "nonce");
	out.u8(xtr.key_id, "key id");
	out.u8(static_cast<std::uint8_t>(xtr.algorithm), "algorithm id");
	out.u16(xtr.authentication.size(), "authentication length");
	out.bytes(xtr.authentication, "authentication");
	write(out, xtr.heard, time);
}

void read(Reader &in, SavedXtr &xtr, const RunningTime &time) {
	read(in, xtr.key);
	if ((in.u8("flags") & bit_identity) != 0) {
		auto identity = in.sub(xtr_identity_size, "identity");
		read(identity, xtr.identity);
		in.absorb(identity);
	}
	xtr.source = read_endpoint(in);
	xtr.local = read_endpoint(in);
	xtr.nonce = in.u64("nonce");
	xtr.key_id = in.u8("key id");
	xtr.algorithm = static_cast<Algorithm>(in.u8("algorithm id"));
	xtr.authentication = in.take(in.u16("authentication length"), "authentication");
	xtr.heard = read_instant(in, time);
}

void write(Writer &out, const SavedRecord &record, const RunningTime &time) {
	out.u8((record.proxy_reply ? bit_proxy_reply : 0U) | (record.merge ? bit_merge : 0U), "flags");
	write(out, record.registered, time);
	out.u32(static_cast<std::uint64_t>(record.lifetime.count()), "lifetime");
	out.u16(record.record.size(), "record length");
	out.bytes(record.record, "record");
}

void read(Reader &in, SavedRecord &record, const RunningTime &time) {
	const auto flags = in.u8("flags");
	record.proxy_reply = (flags & bit_proxy_reply) != 0;
	record.merge = (flags & bit_merge) != 0;
	record.registered = read_instant(in, time);
	record.lifetime = seconds{in.u32("lifetime")};
	record.record = in.take(in.u16("record length"), "record");
}

void write(Writer &out, const UnsolicitedNotify &notify, const KeyMark &key) {
	write(out, key);
	write(out, notify.to);
	write(out, notify.local);
	out.u64(notify.nonce, "nonce");
	out.u16(notify.octets.size(), "length");
	out.bytes(notify.octets, "octets");
}

void read(Reader &in, UnsolicitedNotify &notify, KeyMark &key) {
	read(in, key);
	notify.to = read_endpoint(in);
	notify.local = read_endpoint(in);
	notify.nonce = in.u64("nonce");
	const auto octets = in.take(in.u16("length"), "octets");
	notify.octets.assign(octets.begin(), octets.end());
}

// What has been registered since the beginning was saved since, and its xTR may have the number of
// another.
Bytes MapServerSnapshot::next(ServerSites &sites, const RegisteringXtrs &xtrs,
    const RegistrationTable &table, const UnsolicitedNotifies &notifies, const RunningTime &time,
    Room room) {
	Writer out{room};
	const auto has_room = [&](std::size_t octets) {
		return room.size() - out.size() >= most_of_one + octets;
	};
	for (; xtr_ < xtrs.numbers(); ++xtr_) {
		const auto &xtr = xtrs[xtr_];
		if (!has_room(0)) return out.written();
		if (!xtrs.is_named(xtr_) && !table.has_any_of(xtr_)) continue;
		if (xtr.key == RegisteringXtrs::no_key) continue;
		out.u8(static_cast<std::uint8_t>(SavedKind::xtr), "kind");
		out.u32(xtr_, "number");
		write(out, saved_of(xtr, sites.mark(xtr.key)), time);
	}
	for (; registration_ < table.numbers(); ++registration_) {
		const auto &one = table[registration_];
		if (!has_room(one.size)) return out.written();
		if (one.size == 0 || one.registered > begin_) continue;
		out.u8(static_cast<std::uint8_t>(SavedKind::registration), "kind");
		out.u32(one.xtr, "number");
		const auto lifetime = std::chrono::ceil<seconds>(one.expires - one.registered);
		write(out, SavedRecord{one.proxy_reply, one.merge, one.registered, lifetime, one.record()},
		    time);
	}
	while (has_room(0)) {
		const auto known = xtrs.nonces_from(key_);
		if (!known) break;
		key_ = known->key + 1;
		out.u8(static_cast<std::uint8_t>(SavedKind::key), "kind");
		write(out, sites.mark(known->key));
		write(out, *known);
	}
	while (const auto *notify = notifies.from(notify_)) {
		if (!has_room(notify->octets.size())) break;
		notify_ = notify->nonce + 1;
		out.u8(static_cast<std::uint8_t>(SavedKind::notify), "kind");
		write(out, *notify, sites.mark(notify->key));
	}
	return out.written();
}

void write_subscriber(Writer &out, const KeyMark &mark, std::uint64_t nonce) {
	out.u8(static_cast<std::uint8_t>(SavedKind::subscriber), "kind");
	write(out, mark);
	out.u64(nonce, "nonce");
}

Bytes MapServerSnapshot::next(
    Subscribers &subscribers, const Subscriptions &subscriptions, Room room) {
	Writer out{room};
	for (; subscriber_ < subscribers.size() && room.size() - out.size() >= most_of_one;
	     ++subscriber_) {
		const auto nonce = subscriptions.highest_nonce(subscriber_);
		if (nonce > 0) write_subscriber(out, subscribers.mark(subscriber_), nonce);
	}
	return out.written();
}

} // namespace lisp
