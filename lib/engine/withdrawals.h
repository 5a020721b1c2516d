// EIDs that are registered no longer and that a Map-Server is told so about: by records with a TTL
// of 0 and no locators. RFC 9301 has no withdrawal; this is what deployed Map-Servers know.
#pragma once

#include "address/eid_prefix.h"
#include "engine/instant.h"
#include "wire/octets.h"

#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace lisp {

class Withdrawals {
public:
	// They are due at once, and so is all that a Map-Server has not confirmed.
	void add(const std::vector<EidPrefix> &eids, Instant now);
	// It is registered again, here or elsewhere: what was sent until now does not count if it is
	// added once more.
	void cancel(const EidPrefix &eid) { eids_.erase(eid); }

	bool empty() const { return eids_.empty(); }
	bool are_sent() const { return attempt_ > 0; } // each once at least
	std::optional<Instant> deadline() const;

	struct Batch {
		Octets records;
		std::uint8_t count = 0;
		unsigned attempt = 0; // 0 for the first
	};
	// What the Map-Register with this nonce is to carry: as many records as have room, one at
	// least. All of them come by in turn and, unless they are confirmed, again after 1, 2, 4 and 8
	// seconds; then they are given up. Only when not empty.
	Batch next(std::uint64_t nonce, std::size_t room, Instant now);

	bool knows_nonce(std::uint64_t nonce) const;
	// By a Map-Notify with this nonce. False where all of it was known.
	bool confirm(std::uint64_t nonce);
	// What was drawn up at that time could not be sent.
	void postpone(Instant drawn_up, Instant until);

private:
	struct Outstanding {
		std::uint64_t nonce;
		Instant sent;
		std::vector<EidPrefix> eids;
	};
	static constexpr std::uint64_t never_sent = ~std::uint64_t{0};

	void end_round(Instant now);
	std::size_t find(std::uint64_t nonce) const; // its place among those outstanding

	std::map<EidPrefix, std::uint64_t> eids_; // and the first nonce that each was sent with
	std::optional<EidPrefix> last_;           // of those sent in this round
	unsigned attempt_ = 0;
	Instant due_{};
	std::deque<Outstanding> outstanding_; // nonces rise
	Arena arena_;
};

} // namespace lisp
