// Watching mappings as a subscriber of a Map-Server (RFC 9437): asks for a subscription to each
// EID-prefix, renews it, takes and acknowledges what is published, and unsubscribes at the end.
#pragma once

#include "auth/hmac.h"
#include "engine/datagram.h"
#include "engine/instant.h"
#include "engine/request_form.h"

#include <deque>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace lisp {

// Why a datagram was not taken.
enum class NotWatched : std::uint8_t {
	malformed,
	unexpected_type,
	unknown_nonce,
	not_authentic,
	old_nonce, // not greater than the last: replayed?
	other_eid,
};
std::string_view name(NotWatched reason);

struct WatchedChange {
	enum class Kind : std::uint8_t {
		mapping, // as it was when the watching began
		change,
		withdrawal,
	};
	Kind kind{};
	EidPrefix watched;
	MapRecord record;
};

// What came with a datagram; views it and the watcher, until its next call.
struct WatchedNews {
	std::vector<WatchedChange> changes;
	Bytes acknowledgement; // to be sent back where the datagram came from, unless it is empty
};

enum class WatchTrouble : std::uint8_t {
	no_answer,   // to what would have begun the subscription: it is watched no longer
	refused,     // by a Map-Reply: it is watched no longer
	not_renewed, // nobody answers, which is tried again
	not_ended,   // nobody answers
};

class Watcher {
public:
	static constexpr std::chrono::seconds renewal{60}; // after the last Map-Notify of a request
	static constexpr std::chrono::seconds pause{30};   // after a renewal that nobody answers

	struct SharedKey {
		std::optional<std::uint8_t> key_id; // none: any
		Key key;
	};
	struct Options {
		RequestForm form; // with a subscriber
		std::vector<SharedKey> keys;
		std::size_t most_open = 16; // Map-Requests that wait for an answer at a time
		unsigned count = 3;         // of one EID
		std::chrono::nanoseconds timeout = std::chrono::seconds{2}; // after each; at least 1 s
	};

	explicit Watcher(Options options);

	void watch(const EidPrefix &eid, Instant now);
	// Ends all subscriptions.
	void end(Instant now);

	// The next Map-Request that is due. Its nonce is `nonce` where that is above all before, as the
	// time since 1970 is, with some random bits for the lowest. Valid until the next call.
	std::optional<Datagram> next_request(Instant now, std::uint64_t nonce);
	std::optional<std::pair<EidPrefix, WatchTrouble>> next_trouble(Instant now);

	Result<WatchedNews, NotWatched> receive(Bytes octets, Instant now);

	std::optional<Instant> deadline() const; // of both; nullopt when nothing is watched any more
	const Options &options() const { return options_; }

private:
	enum class State : std::uint8_t { asking, subscribed, ending, over };
	struct Watch {
		EidPrefix eid;
		State state = State::asking;
		std::set<std::uint64_t> asked; // the nonces of the Map-Requests under way
		unsigned tries = 0;
		bool refused = false;
		bool is_told = false; // has been, that it is not renewed
		Instant sent{};       // the last Map-Request
		Instant due{};
		std::uint64_t nonce = 0;           // of the last Map-Notify
		bool is_begun = false;             // there was one
		std::map<EidPrefix, Octets> known; // EID-records
	};
	using Number = std::size_t;

	void set_due(Number number, Instant due);
	void set_over(Number number);
	void close(Watch &watch);
	std::optional<Number> next_due(Instant now);
	Key *signer_of(const MapNotify &message, Bytes octets);
	std::optional<Number> asked_with(std::uint64_t nonce) const;
	Result<Number, NotWatched> told_by(const MapNotify &message) const;
	Result<WatchedNews, NotWatched> on_reply(const MapReply &message, Instant now);
	Result<WatchedNews, NotWatched> on_notify(const MapNotify &message, Bytes octets, Instant now);
	void on_answer(Number number, Instant now);
	bool take(Watch &watch, const MapRecord &record, WatchedChange &change) const;
	void drop_untold(Watch &watch, List<MapRecord> told, std::vector<WatchedChange> &changes);
	Bytes acknowledge(const MapNotify &message, Key &key);

	Options options_;
	std::vector<Watch> watches_;
	std::set<std::pair<Instant, Number>> due_; // of those that are not over
	std::deque<Number> waiting_;               // due, until fewer are open
	std::size_t open_ = 0;                     // those that something was asked for
	std::uint64_t last_nonce_ = 0;
	Arena arena_; // of what was received last
	Octets room_;
};

} // namespace lisp
