// A secret that the site shares with a Map-Server, and how it is used. RFC 9301 sections 5.6, 5.7.
#pragma once

#include "auth/hmac.h"
#include "config/site_config.h"
#include "message/map_notify.h"

namespace lisp {

class SharedKey {
public:
	SharedKey(const MapServerLine &line, std::string_view secret)
	    : key_(secret), algorithm_(line.algorithm), key_id_(line.key_id) {}

	// For a message that is to be signed: its data are zeros until then.
	Authentication authentication() const;
	std::size_t authentication_octets() const { return authentication_size(algorithm_); }
	// Does nothing where RFC 9301 names no salt for the message.
	void sign(Room message);

	// Whether the Map-Notify in these octets is authentic.
	bool has_signed(Bytes octets, const MapNotify &notify);

private:
	Key key_;
	Algorithm algorithm_;
	std::uint8_t key_id_;
};

} // namespace lisp
