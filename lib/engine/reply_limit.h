// The limit on Map-Replies to each destination RLOC (RFC 9301 section 5.4), in bounded memory.
#pragma once

#include "address/ip_address.h"
#include "engine/instant.h"

#include <vector>

namespace lisp {

// A token bucket for each address in a table of fixed size. Where more addresses are in use than
// the table holds, the one that owes least is forgotten; the seed keeps peers from knowing which
// addresses share a place.
class ReplyLimit {
public:
	// `rate` a second, sustained, and `burst` at once; a rate of 0 allows everything.
	ReplyLimit(double rate, unsigned burst, std::uint64_t seed);

	// Takes one from the address's bucket, if there is one.
	bool allow(const IpAddress &address, Instant now);

private:
	// A bucket is told by the time at which it will be full again.
	struct Bucket {
		IpAddress address;
		Instant full = Instant::min();
	};
	Bucket &bucket_of(const IpAddress &address);

	Instant::duration interval_{};  // in which one reply is earned; 0: no limit
	Instant::duration tolerance_{}; // how far ahead `full` may be
	std::uint64_t seed_;
	std::vector<Bucket> buckets_;
};

} // namespace lisp
