// Subscriptions to mappings at a Map-Server: who is to be told of what, what each has not
// acknowledged yet, and when it is to be told again. RFC 9437 sections 5 and 6.
//
// One Map-Notify a subscription is under way at a time: an xTR takes nonces in rising order only,
// so that of two that overtake each other it would refuse one for good. What changes meanwhile goes
// with the next.
#pragma once

#include "address/eid_prefix.h"
#include "config/mapserver_config.h"
#include "engine/instant.h"
#include "table/prefix_table.h"

#include <functional>
#include <map>
#include <set>

namespace lisp {

class Subscriptions {
public:
	// Not acknowledged for so long, a Map-Notify is given up and its subscription forgotten.
	static constexpr std::chrono::seconds patience{54}; // RFC 9301 section 5.7
	// A subscriber that has nothing to acknowledge is told what it knows, to see if it is there.
	static constexpr std::chrono::seconds check_interval{900};
	// For the acknowledgement that makes a request count.
	static constexpr std::chrono::seconds request_lifetime{10};

	struct Limits {
		std::size_t most = 16384;       // subscriptions
		std::size_t most_of_one = 4096; // of one subscriber
		std::size_t most_asked = 1024;  // requests of one subscriber that are not acknowledged
		std::size_t most_changes = 256; // that one subscription has not been told
	};

	struct Name {
		std::uint32_t subscriber = 0;
		XtrId xtr_id{};
		EidPrefix eid;
		auto operator<=>(const Name &) const = default;
	};
	struct Request {
		Name name;
		std::uint64_t nonce = 0;
		Endpoint to;    // where its Map-Notifies go
		Endpoint local; // where it was asked for
		bool ends_it = false;
		bool any_nonce = false; // nonces of subscriptions that have ended do not count
	};

	Subscriptions() = default;
	explicit Subscriptions(const Limits &limits) : limits_(limits) {}

	enum class Verdict : std::uint8_t {
		asked,
		replayed, // its nonce is not greater than it has to be
		too_many,
	};
	using Number = std::uint64_t;
	struct Asked {
		Verdict verdict{};
		Number number = 0; // of what was asked
	};
	// Counts once it is acknowledged.
	Asked ask(const Request &request, Instant now);
	// With this Map-Notify, which goes out at once, and thrice at most.
	void set_answered(Number number, Bytes notify, Instant now);

	struct Subscription {
		Request request;
		std::uint64_t nonce = 0; // of the last Map-Notify
		Octets notify;           // that is not acknowledged
		// Whose mappings have changed since the last acknowledgement. The first `of_notify` of them
		// are in `notify`; where it is empty, all that the subscriber knows is.
		std::vector<EidPrefix> changed;
		std::size_t of_notify = 0;
		bool is_active = false; // the request is acknowledged
		Instant begun{};
		Instant told{};          // the first of those not acknowledged
		unsigned sent = 0;       // times, the Map-Notify under way
		bool overflowed = false; // more has changed than there is room for
		Instant due{};

		bool is_told() const { return sent > 0; }
	};
	const Subscription *find(const Name &name) const;

	enum class Acknowledged : std::uint8_t {
		unknown, // nothing has that nonce
		not_authentic,
		replayed,
		too_many,
		subscribed,
		renewed,
		ended,
		publication,
	};
	struct Acknowledgement {
		Acknowledged what{};
		std::uint32_t subscriber = 0; // but of what is unknown
	};
	// Of the Map-Notify with this nonce, if the key of its subscriber has signed it; of one that
	// answers a request only from where that went.
	Acknowledgement acknowledge(std::uint64_t nonce, const IpAddress &from,
	    const std::function<bool(std::uint32_t subscriber)> &has_signed, Instant now);

	bool concern(const EidPrefix &eid) const; // any of them: covering it, or within
	void for_each_concerned(
	    const EidPrefix &eid, const std::function<void(Number, const Subscription &)> &visit) const;
	void set_changed(Number number, const EidPrefix &eid, Instant now);

	enum class What : std::uint8_t {
		changes, // `changed`; where that is empty, all that it knows
		again,   // `notify`
		lost,    // has been forgotten; `number` is 0
	};
	struct Due {
		What what{};
		Number number = 0;
		Subscription subscription; // as it was
	};
	std::optional<Due> next(Instant now);
	// What it was told under the nonce after its last: of what has changed the first `count`.
	void set_told(Number number, Bytes notify, std::size_t count, Instant now);

	std::optional<Instant> deadline() const;
	const Limits &limits() const { return limits_; }
	bool empty() const { return all_.empty(); }
	std::size_t active() const { return by_name_.size(); }
	void for_each(const std::function<void(const Subscription &)> &visit) const;

	// The nonce that a subscriber's new subscriptions must be above.
	std::uint64_t least_nonce(std::uint32_t subscriber) const;
	std::uint64_t highest_nonce(std::uint32_t subscriber) const; // of those it has, too
	void raise_least_nonce(std::uint32_t subscriber, std::uint64_t nonce);

	// After the configuration changed: what each subscriber is now, by its old number, and which
	// subscriptions may stay. What is not acknowledged does not.
	void renumber(const std::vector<std::optional<std::uint32_t>> &numbers,
	    const std::function<bool(const Request &)> &may_stay);

private:
	struct Subscriber {
		std::set<Number> asked; // the oldest first
		std::size_t active = 0;
		std::uint64_t least_nonce = 0;
	};
	std::optional<std::uint64_t> last_nonce(const Request &request) const;
	std::optional<Number> asked_before(const Request &request) const;
	bool has_room(const Name &name) const;
	void forget_old_requests(const Request &request, Instant now);
	Acknowledged activate(Number number, Instant now);
	Acknowledged end(Number number, std::optional<Number> active);
	void take(Number number, Instant now);
	Due next_of(Number number, Subscription &subscription, Instant now);
	void set_due(Number number, Subscription &subscription, Instant due);
	void remove(Number number);
	void forget_nonce(Number number, std::uint64_t nonce);

	Limits limits_;
	std::map<Number, Subscription> all_;
	std::map<Name, Number> by_name_; // those that are active
	std::multimap<std::uint64_t, Number> by_nonce_;
	std::set<std::pair<EidPrefix, Number>> by_eid_;
	PrefixIndex eids_; // of these
	std::set<std::pair<Instant, Number>> due_;
	std::map<std::uint32_t, Subscriber> subscribers_;
	Number next_number_ = 1;
};

} // namespace lisp
