// Standard output, written in large pieces.
#pragma once

#include "wire/text.h"

namespace lisp {

class Output {
public:
	// At once to a terminal, or where `line_buffered`; else when there is enough to be worth it.
	explicit Output(bool line_buffered);

	// Takes what is in `text`, now or later; empties it when written. False when nobody reads any
	// more. Throws std::system_error when writing fails for another reason.
	bool offer(Text &text);
	bool write(Text &text);

private:
	bool at_once_;
};

} // namespace lisp
