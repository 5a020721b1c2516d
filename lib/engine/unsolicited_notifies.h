// Map-Notifies that no Map-Register has asked for: each is sent until it is acknowledged, or has
// been sent often enough. RFC 9301 section 5.7.
#pragma once

#include "engine/datagram.h"
#include "engine/instant.h"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace lisp {

struct UnsolicitedNotify {
	Endpoint to;
	Endpoint local; // where it is sent from, as far as that can be chosen
	std::uint32_t key = 0;
	std::uint64_t nonce = 0; // no other's
	Octets octets;
};

class UnsolicitedNotifies {
public:
	static constexpr std::size_t most = 16384;

	// Due at once. False, without effect, where there are too many already, or it is one of them.
	bool add(UnsolicitedNotify notify, Instant now);

	// One that is to be sent now; valid until the next call.
	const UnsolicitedNotify *next(Instant now);

	// The one that an acknowledgement with this nonce may be for.
	const UnsolicitedNotify *find(std::uint64_t nonce) const;
	void remove(std::uint64_t nonce);
	// The one with the lowest nonce from this one on.
	const UnsolicitedNotify *from(std::uint64_t nonce) const;

	std::optional<Instant> deadline() const;
	std::size_t size() const { return waiting_.size(); }
	std::uint64_t given_up() const { return given_up_; }

	// After the keys changed: what each is now, by its old number.
	void rekey(const std::vector<std::optional<std::uint32_t>> &keys);

private:
	struct Waiting {
		UnsolicitedNotify notify;
		unsigned sent = 0;
		Instant due{};
	};
	using All = std::map<std::uint64_t, Waiting>;
	void erase(All::iterator at);

	All waiting_; // by nonce
	std::set<std::pair<Instant, std::uint64_t>> due_;
	std::uint64_t given_up_ = 0;
};

} // namespace lisp
