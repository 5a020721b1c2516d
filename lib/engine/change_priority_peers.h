// Who may send Change-Priority Messages about which EIDs, and whether it was one of them.
#pragma once

#include "auth/hmac.h"
#include "config/site_config.h"
#include "engine/datagram.h"
#include "message/change_priority.h"

#include <vector>

namespace lisp {

// What a line of the configuration is known by when that is read again.
struct PeerIdentity {
	bool is_xtr = false; // else a hypervisor
	EidPrefix source;
	Algorithm algorithm = Algorithm::none;
	std::uint8_t key_id = 0;
	auto operator<=>(const PeerIdentity &) const = default;
};

class ChangePriorityPeers {
public:
	struct Peer {
		PeerIdentity identity;
		bool random_nonce = false;
		std::vector<EidPrefix> eids; // empty for any
		Key key;
		std::optional<Key> previous_key;

		bool may_move(const EidPrefix &eid) const;
	};

	ChangePriorityPeers() = default;
	explicit ChangePriorityPeers(const SiteConfig &config);

	enum class Refusal : std::uint8_t {
		unknown_source, // no line is about it
		unknown_key,    // or none of those has the Key ID and algorithm
		bad_authentication,
	};
	// Whose message it is, and with which key it was signed: hypervisors send H, and xTRs N and R.
	struct Sender {
		Peer *peer = nullptr;
		bool with_previous_key = false;
	};
	Result<Sender, Refusal> sender(const Arrival &arrival, const ChangePriority &message);

	// nullptr where it has no line any more.
	Key *key(const PeerIdentity &peer, bool previous);
	bool empty() const { return hypervisors_.empty() && xtrs_.empty(); }

private:
	std::vector<Peer> &of_kind(bool are_xtrs) { return are_xtrs ? xtrs_ : hypervisors_; }

	std::vector<Peer> hypervisors_;
	std::vector<Peer> xtrs_;
};

} // namespace lisp
