// What a message must be about to be shown.
#pragma once

#include "lisp-decode/options.h"
#include "message/dissection.h"

#include <vector>

namespace lisp {

struct AddressContext;

// Alternatives of one kind are or-ed, the kinds are and-ed. Each is looked for in the message and
// in those inside it.
class Criteria {
public:
	// Throws UsageError for what is no prefix, address or number.
	explicit Criteria(const Options &options);

	bool empty() const;
	bool match(const Dissection &found) const;

private:
	struct WantedEid {
		EidPrefix prefix;
		bool any_instance = false;
	};
	// Of each kind, whether the message has one of the alternatives.
	struct Met {
		bool eid = false;
		bool rloc = false;
		bool nonce = false;
		bool instance = false;
	};

	void look_at(const Message &message, Met &met) const;
	void look_at_ends(const Captured &captured, Met &met) const;
	bool wants_eid(const IpAddress &address, const AddressContext &around) const;
	bool wants_rloc(const IpAddress &address) const;
	bool wants_instance(std::optional<std::uint32_t> instance) const;

	std::vector<WantedEid> eids_;
	std::vector<IpAddress> rlocs_;
	std::vector<std::uint64_t> nonces_;
	std::vector<std::uint32_t> instances_;
};

} // namespace lisp
