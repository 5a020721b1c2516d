// Being asked to end: Ctrl-C and SIGTERM.
#pragma once

namespace lisp {

// While it lives, the first such signal is noted; a second one ends the process as ever. There is
// one at a time.
class Interrupt {
public:
	Interrupt(); // throws std::system_error
	~Interrupt();
	Interrupt(const Interrupt &) = delete;
	Interrupt &operator=(const Interrupt &) = delete;

	int signal() const;                            // 0 as long as there was none
	int descriptor() const { return descriptor_; } // readable from then on

private:
	int descriptor_;
};

} // namespace lisp
