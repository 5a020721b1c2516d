#include "common/edit_watch.h"

#include <utility>

namespace lisp {

EditWatch::EditWatch(
    Loop &loop, std::string path, std::function<void()> edited, std::function<void()> failed)
    : loop_(loop), path_(std::move(path)), failed_(std::move(failed)),
      quiet_(loop, [this, edited = std::move(edited)] {
	      if (take_events()) return tell_soon(); // not quiet, as it now turns out
	      pending_ = false;
	      edited();
      }) {}

void EditWatch::begin() {
	watch_ = std::make_unique<FileWatch>(loop_, path_, [this] { changed(); });
	failure_ = watch_->failure();
}

void EditWatch::end() {
	watch_.reset();
	quiet_.cancel();
	pending_ = false;
}

void EditWatch::changed() {
	tell_soon();
	check();
}

void EditWatch::check() {
	if (failure_ || !watch_ || !watch_->failure()) return;
	failure_ = watch_->failure();
	failed_();
}

bool EditWatch::take() {
	const bool changed = take_events();
	quiet_.cancel();
	return std::exchange(pending_, false) || changed;
}

bool EditWatch::take_events() {
	const bool changed = watch_ && watch_->take();
	check();
	return changed;
}

void EditWatch::tell_soon() {
	pending_ = true;
	quiet_.set(std::chrono::steady_clock::now() + quiet_time);
}

} // namespace lisp
