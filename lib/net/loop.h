// The one event loop of a daemon: descriptors, timers and signals, on libevent.
//
// Handlers run on the thread that called run(). A handler may add and remove others, itself too.
#pragma once

#include "engine/instant.h"

#include <exception>
#include <functional>
#include <memory>

struct event_base;
struct event;

namespace lisp {

class Loop {
public:
	Loop();
	~Loop();
	Loop(const Loop &) = delete;
	Loop &operator=(const Loop &) = delete;

	using Handler = std::function<void()>;

	// Registered as long as the Watch lives. Destroy it before the descriptor is closed.
	class Watch {
	public:
		Watch() = default;

	private:
		friend class Loop;
		struct State;
		struct Free {
			void operator()(State *state) const;
		};
		std::unique_ptr<State, Free> state_;
	};
	[[nodiscard]] Watch on_readable(int descriptor, Handler handler);
	[[nodiscard]] Watch on_writable(int descriptor, Handler handler); // while it is, without end
	[[nodiscard]] Watch on_signal(int signal, Handler handler);

	// Runs its handler once when the time has come; set() again from there for a periodic one.
	class Timer {
	public:
		Timer(Loop &loop, Handler handler);
		void set(Instant when); // replaces an earlier time; one in the past runs on the next turn
		void cancel();

	private:
		Watch watch_;
	};

	// Until stop(). What a handler throws ends it and is thrown from here; std::system_error when
	// the system cannot wait for events any more.
	void run();
	void stop();

	// After fork(): the kernel objects behind the loop are not shared with the parent.
	void forked();

	event_base *base() { return base_; } // for libevent's resolver

private:
	Watch watch(int descriptor, int what, Handler handler);

	event_base *base_;
	std::exception_ptr thrown_;
};

} // namespace lisp
