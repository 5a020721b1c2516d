#include "net/loop.h"

#include <event2/event.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace lisp {

// A handler may destroy its own Watch: what runs is then kept until it returns.
struct Loop::Watch::State {
	Loop *loop = nullptr;
	event *registered = nullptr;
	Handler handler;
	unsigned running = 0;
	bool abandoned = false;

	~State() {
		if (registered != nullptr) event_free(registered);
	}

	void run() {
		++running;
		try {
			handler();
		} catch (...) { // must not unwind through libevent
			loop->thrown_ = std::current_exception();
			loop->stop();
		}
		if (--running == 0 && abandoned) delete this;
	}
};

void Loop::Watch::Free::operator()(State *state) const {
	if (state->running == 0) {
		delete state;
		return;
	}
	state->abandoned = true;
	event_free(std::exchange(state->registered, nullptr));
}

namespace {

timeval from_now(Instant when) {
	using namespace std::chrono;
	const auto left = std::max(when - steady_clock::now(), steady_clock::duration::zero());
	const auto whole = ceil<microseconds>(left);
	const auto full_seconds = duration_cast<seconds>(whole);
	timeval time{};
	time.tv_sec = static_cast<time_t>(full_seconds.count());
	time.tv_usec = static_cast<suseconds_t>((whole - full_seconds).count());
	return time;
}

} // namespace

Loop::Loop() {
	auto *settings = event_config_new();
	// Without these its clock lags behind the steady one and timers come early.
	event_config_set_flag(settings, EVENT_BASE_FLAG_NO_CACHE_TIME | EVENT_BASE_FLAG_PRECISE_TIMER);
	base_ = event_base_new_with_config(settings);
	event_config_free(settings);
	if (base_ == nullptr) throw std::bad_alloc();
}

Loop::~Loop() {
	event_base_free(base_);
}

Loop::Watch Loop::watch(int descriptor, int what, Handler handler) {
	Watch watch;
	watch.state_.reset(new Watch::State);
	auto *state = watch.state_.get();
	state->loop = this;
	state->handler = std::move(handler);
	const auto run = [](evutil_socket_t, short, void *argument) {
		static_cast<Watch::State *>(argument)->run();
	};
	state->registered = event_new(base_, descriptor, static_cast<short>(what), run, state);
	if (state->registered == nullptr) throw std::bad_alloc();
	return watch;
}

Loop::Watch Loop::on_readable(int descriptor, Handler handler) {
	auto made = watch(descriptor, EV_READ | EV_PERSIST, std::move(handler));
	event_add(made.state_->registered, nullptr);
	return made;
}

Loop::Watch Loop::on_writable(int descriptor, Handler handler) {
	auto made = watch(descriptor, EV_WRITE | EV_PERSIST, std::move(handler));
	event_add(made.state_->registered, nullptr);
	return made;
}

Loop::Watch Loop::on_signal(int signal, Handler handler) {
	auto made = watch(signal, EV_SIGNAL | EV_PERSIST, std::move(handler));
	event_add(made.state_->registered, nullptr);
	return made;
}

void Loop::run() {
	errno = 0;
	if (event_base_loop(base_, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
		throw std::system_error(errno, std::generic_category(), "event loop");
	if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Loop::stop() {
	event_base_loopbreak(base_);
}

void Loop::forked() {
	if (event_reinit(base_) < 0)
		throw std::system_error(errno, std::generic_category(), "event loop after fork");
}

Loop::Timer::Timer(Loop &loop, Handler handler) {
	watch_ = loop.watch(-1, 0, std::move(handler));
}

void Loop::Timer::set(Instant when) {
	const auto left = from_now(when);
	event_add(watch_.state_->registered, &left);
}

void Loop::Timer::cancel() {
	event_del(watch_.state_->registered);
}

} // namespace lisp
