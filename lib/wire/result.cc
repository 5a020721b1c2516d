#include "wire/result.h"

namespace lisp {

std::string_view name(Reason reason) {
	switch (reason) {
	case Reason::truncated: return "truncated";
	case Reason::bad_value: return "bad value";
	case Reason::unsupported: return "unsupported";
	case Reason::too_long: return "too long";
	}
	return "?";
}

std::string to_string(const WireError &error) {
	std::string text{name(error.reason)};
	text += " at ";
	text += std::to_string(error.offset);
	text += " (";
	text += error.field;
	text += ')';
	return text;
}

} // namespace lisp
