// The limits on Map-Replies: of each address, in bounded memory, and of all together. RFC 9301
// section 5.4. Those that have a mutex may be shared by threads.
#pragma once

#include "address/ip_address.h"
#include "engine/instant.h"

#include <mutex>
#include <vector>

namespace lisp {

// How fast token buckets fill. A bucket is told by the time at which it will be full again.
class TokenRate {
public:
	// `rate` a second, sustained, and `burst` at once; a rate of 0 allows everything.
	TokenRate(double rate, unsigned burst);

	bool is_limit() const { return interval_ != Instant::duration::zero(); }

	// Takes one from the bucket, if there is one.
	bool take(Instant &full, Instant now) const;

private:
	Instant::duration interval_{};  // in which one is earned; 0: no limit
	Instant::duration tolerance_{}; // how far ahead `full` may be
};

// One for all.
class TokenBucket {
public:
	explicit TokenBucket(const TokenRate &rate) : rate_(rate) {}

	// Takes one, if there is one.
	bool take(Instant now);

private:
	TokenRate rate_;
	std::mutex mutex_;
	Instant full_ = Instant::min();
};

// A token bucket for each address in a table of fixed size. Where more addresses are in use than
// the table holds, the one that owes least is forgotten; the seed keeps peers from knowing which
// addresses share a place.
class ReplyLimit {
public:
	ReplyLimit(const TokenRate &rate, std::uint64_t seed);

	// Takes one from the address's bucket, if there is one.
	bool allow(const IpAddress &address, Instant now);

private:
	struct Bucket {
		IpAddress address;
		Instant full = Instant::min();
	};
	Bucket &bucket_of(const IpAddress &address);

	TokenRate rate_;
	std::uint64_t seed_;
	std::mutex mutex_;
	std::vector<Bucket> buckets_;
};

} // namespace lisp
