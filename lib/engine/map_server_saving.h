// What of a Map-Server is to outlive it, as octets in stable storage: the registrations, and the
// nonces of the xTRs (RFC 9301 section 5.6). What each Map-Register has changed is saved before it
// is acknowledged; a snapshot takes the place of all that was saved before it.
//
// Times are those that the Map-Server has run, in nanoseconds through all its lives, so that
// neither a clock that is set nor the time that it was down makes registrations older.
#pragma once

#include "engine/registering_xtrs.h"
#include "engine/registration_table.h"
#include "engine/server_sites.h"
#include "engine/subscribers.h"
#include "engine/subscriptions.h"
#include "engine/unsolicited_notifies.h"

namespace lisp {

class RunningTime {
public:
	// `before`: how long it had run when it was ended last.
	RunningTime() = default;
	RunningTime(Instant begin, std::chrono::nanoseconds before) : origin_(begin - before) {}

	std::chrono::nanoseconds of(Instant instant) const { return instant - origin_; }
	Instant at(std::chrono::nanoseconds time) const { return origin_ + time; }

private:
	Instant origin_{};
};

enum class SavedKind : std::uint8_t {
	map_register = 1, // an xTR, what it registered and withdrew
	xtr = 2,          // of a snapshot: its number there, the xTR
	registration = 3, // of a snapshot: the number of its xTR, a record
	key = 4,          // of a snapshot: what is known of the xTRs of a key that are not named
	subscriber = 5,   // the nonce that its subscriptions have to be above
	notify = 6,       // an unsolicited Map-Notify, to be sent
	acknowledged = 7, // its nonce; not to be sent any more
};

struct SavedRecord {
	bool proxy_reply = false;
	bool merge = false;
	Instant registered{};
	std::chrono::seconds lifetime{}; // 0: withdrawn
	Bytes record;                    // an EID-record
};

struct SavedXtr {
	KeyMark key;
	std::optional<XtrIdentity> identity;
	Endpoint source;
	Endpoint local;
	std::uint64_t nonce = 0;
	std::uint8_t key_id = 0;
	Algorithm algorithm = Algorithm::none;
	Bytes authentication;
	Instant heard{};
};

SavedXtr saved_of(const RegisteringXtr &xtr, const KeyMark &key); // views it

void write(Writer &out, const KeyMark &key);
void write(Writer &out, const RegisteringXtrs::KeyNonces &nonces); // without the key
void write(Writer &out, const SavedXtr &xtr, const RunningTime &time);
void write(Writer &out, const SavedRecord &record, const RunningTime &time);
void write(Writer &out, const UnsolicitedNotify &notify, const KeyMark &key);

void read(Reader &in, KeyMark &key);
void read(Reader &in, RegisteringXtrs::KeyNonces &nonces);
void read(Reader &in, SavedXtr &xtr, const RunningTime &time);
void read(Reader &in, SavedRecord &record, const RunningTime &time);
void read(Reader &in, UnsolicitedNotify &notify, KeyMark &key); // all but the key's number

inline constexpr std::size_t most_saved_octets = 2 * max_datagram; // of one Map-Register

// All of it, in parts: the Map-Server may go on in between, so long as what it has saved since the
// snapshot was begun is kept, and restored after the snapshot.
class MapServerSnapshot {
public:
	explicit MapServerSnapshot(Instant begin) : begin_(begin) {}

	// Up to `room` octets of the next part, most_saved_octets at least; empty after the last.
	Bytes next(ServerSites &sites, const RegisteringXtrs &xtrs, const RegistrationTable &table,
	    const UnsolicitedNotifies &notifies, const RunningTime &time, Room room);
	// After the last of those.
	Bytes next(Subscribers &subscribers, const Subscriptions &subscriptions, Room room);

private:
	Instant begin_;
	std::uint32_t xtr_ = 0; // the next one, and so on
	std::uint32_t registration_ = 0;
	std::uint32_t key_ = 0;
	std::uint64_t notify_ = 0; // its nonce
	std::uint32_t subscriber_ = 0;
};

void write_subscriber(Writer &out, const KeyMark &mark, std::uint64_t nonce);

} // namespace lisp
