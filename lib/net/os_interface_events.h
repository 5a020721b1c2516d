// How the systems tell that addresses and links change: os_linux.cc or os_freebsd.cc, the build
// picks one.
#pragma once

#include <system_error>

namespace lisp::os {

class InterfaceEvents {
public:
	InterfaceEvents();
	~InterfaceEvents();
	InterfaceEvents(const InterfaceEvents &) = delete;
	InterfaceEvents &operator=(const InterfaceEvents &) = delete;

	std::error_code failure() const { return failure_; } // why nothing is told
	int descriptor() const { return descriptor_; }       // readable when there is something

	// Whether an address or a link has changed since the last call; true also where that is not
	// known for certain.
	bool take();

private:
	int descriptor_;
	std::error_code failure_;
};

} // namespace lisp::os
