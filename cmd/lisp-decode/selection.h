// Which messages the user wants to see.
#pragma once

#include "lisp-decode/criteria.h"

#include <string_view>
#include <vector>

namespace lisp {

class Selection {
public:
	// Throws UsageError for what no message can be.
	explicit Selection(const Options &options);

	bool wants(const Dissection &found) const;

	// Where the type is all that counts, wants_type() says the same.
	bool needs_messages() const { return !criteria_.empty(); }
	bool wants_type(std::string_view type) const;

private:
	std::vector<std::string_view> types_; // none for all
	Criteria criteria_;
};

} // namespace lisp
