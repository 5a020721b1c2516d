#include "address/lcaf.h"

namespace lisp {

void append(std::string &out, const LcafBody &body) {
	out += "lcaf-";
	out += std::to_string(type(body.value));
}

} // namespace lisp
