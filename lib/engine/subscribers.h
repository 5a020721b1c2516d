// Who may subscribe to the mappings of a Map-Server. RFC 9437 section 7: a subscriber and the
// Map-Server share a key, which authenticates the Map-Notifies and their acknowledgements. The
// Map-Request that asks for the subscription carries no authentication, so that what it says counts
// only once it has been acknowledged.
#pragma once

#include "auth/hmac.h"
#include "config/mapserver_config.h"
#include "engine/key_mark.h"
#include "message/authentication.h"

namespace lisp {

class Subscribers {
public:
	using Number = std::uint32_t;

	explicit Subscribers(std::vector<SubscriberSection> sections);

	// The first that an xTR of this ID, to be told there, may be, and that may subscribe to the
	// EID.
	std::optional<Number> find(
	    const XtrId &xtr_id, const IpAddress &itr_rloc, const EidPrefix &eid) const;

	// Where a Map-Notify goes at an ITR-RLOC: the configured port, or else that of the Map-Request.
	std::uint16_t port(Number number, const IpAddress &itr_rloc, std::uint16_t source) const;

	Authentication authentication(Number number) const; // its data are zeros, to be signed
	bool sign(Number number, Room message) { return keys_[number].sign(message); }
	bool verify(Number number, Bytes message) { return keys_[number].verify(message); }

	KeyMark mark(Number number);
	std::optional<Number> find(const KeyMark &mark);

	// What each is among others: the one of that name and key.
	std::vector<std::optional<Number>> numbers_in(const Subscribers &next) const;

	const SubscriberSection &operator[](Number number) const { return sections_[number]; }
	const std::vector<SubscriberSection> &sections() const { return sections_; }
	Number size() const { return static_cast<Number>(sections_.size()); }

private:
	static const SubscriberRlocLine *line_of(
	    const SubscriberSection &section, const IpAddress &itr_rloc);

	std::vector<SubscriberSection> sections_;
	std::vector<Key> keys_;
};

} // namespace lisp
