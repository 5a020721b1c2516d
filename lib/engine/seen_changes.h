// Which Change-Priority Messages have been taken, so that a repeated one has its answer again and a
// captured one no effect.
#pragma once

#include "engine/change_priority_peers.h"
#include "engine/instant.h"

#include <deque>
#include <map>

namespace lisp {

class SeenChanges {
public:
	// Beyond these a nonce of the time is refused, nanoseconds.
	static constexpr std::uint64_t window = 30'000'000'000;

	enum class Verdict : std::uint8_t {
		fresh,
		duplicate,
		outdated, // lower than the last, of the sender and the EID
	};
	struct Entry {
		std::uint64_t nonce = 0;
		std::optional<ChangeResult> result; // none as long as it is being carried out
	};

	// A fresh one is remembered. Nonces of the time rise for a sender and an EID; random ones are
	// remembered each. `entry` is valid until the next call.
	struct Judgement {
		Verdict verdict = Verdict::fresh;
		const Entry *entry = nullptr;
	};
	Judgement judge(const ChangePriorityPeers::Peer &peer, const EidPrefix &eid,
	    std::uint64_t nonce, Instant now);
	void set_result(const PeerIdentity &peer, bool random_nonce, const EidPrefix &eid,
	    std::uint64_t nonce, ChangeResult result);

	std::size_t size() const { return entries_.size(); }

private:
	struct Name {
		PeerIdentity peer;
		EidPrefix eid;
		std::uint64_t nonce = 0; // random; 0 with one of the time
		auto operator<=>(const Name &) const = default;
	};
	struct Timed {
		Entry entry;
		Instant until{};
	};
	void forget(Instant now);

	std::map<Name, Timed> entries_;
	std::deque<std::pair<Instant, Name>> ends_; // ascending, of each kind
	std::deque<std::pair<Instant, Name>> random_ends_;
};

} // namespace lisp
