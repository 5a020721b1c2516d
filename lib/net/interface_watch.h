// Tells when the addresses of this host, or its links, may have changed.
#pragma once

#include "net/loop.h"
#include "net/os_interface_events.h"

#include <chrono>
#include <functional>
#include <system_error>

namespace lisp {

class InterfaceWatch {
public:
	// Changes that follow each other faster than this are taken together, but not for longer than
	// the patience lasts.
	static constexpr std::chrono::milliseconds quiet_time{20};
	static constexpr std::chrono::milliseconds patience{200};
	// Systems tell of an address some moments before a socket can be bound to it, or no longer
	// can: the handler is called once more when all has been quiet for so long.
	static constexpr std::chrono::seconds settling_time{1};

	InterfaceWatch(Loop &loop, std::function<void()> changed);

	std::error_code failure() const { return events_.failure(); } // why nothing is told

private:
	void tell_soon();
	void tell();

	std::function<void()> changed_;
	Instant first_{}; // of the changes that are not told yet
	Loop::Timer quiet_;
	Loop::Timer settled_;
	os::InterfaceEvents events_;
	Loop::Watch watch_; // gone before the events are
};

} // namespace lisp
