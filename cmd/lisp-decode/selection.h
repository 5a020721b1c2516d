// Which messages the user wants to see.
#pragma once

#include "lisp-decode/options.h"
#include "message/dissection.h"

#include <string_view>
#include <vector>

namespace lisp {

class Selection {
public:
	// Throws UsageError for what no message can be.
	explicit Selection(const Options &options);

	bool wants(const Dissection &found) const;

	// Where the type is all that counts, wants_type() says the same.
	bool needs_messages() const { return false; }
	bool wants_type(std::string_view type) const;

private:
	std::vector<std::string_view> types_; // none for all
};

} // namespace lisp
