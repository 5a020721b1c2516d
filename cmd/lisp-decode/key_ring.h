// The keys of a key file, and which of them may have signed a message.
#pragma once

#include "auth/hmac.h"
#include "config/key_file.h"
#include "message/dissection.h"

#include <utility>
#include <vector>

namespace lisp {

class KeyRing {
public:
	explicit KeyRing(const std::vector<KeyFileLine> &lines);

	bool empty() const { return keys_.empty(); }

	// Puts a verdict into the authentication fields of the message and of those inside it: good if
	// any key whose selector fits verifies, no_key if none fits.
	void verify(Dissection &found);

private:
	std::vector<std::pair<KeySelector, Key>> keys_;
};

} // namespace lisp
