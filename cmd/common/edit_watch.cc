#include "common/edit_watch.h"

#include <utility>

namespace lisp {

EditWatch::EditWatch(Loop &loop, std::string path, std::function<void()> edited, Failed failed)
    : loop_(loop), path_(std::move(path)), failed_(std::move(failed)),
      quiet_(loop, [this, edited = std::move(edited)] {
	      if (take_events()) return tell_soon(); // not quiet, as it now turns out
	      pending_ = false;
	      edited();
      }) {}

void EditWatch::begin() {
	watch_ = std::make_unique<FileWatch>(loop_, path_, [this] { changed(); });
	if (!also_.empty()) watch_->watch_also(also_);
	failures_ = watch_->failures();
}

void EditWatch::also(std::vector<std::string> paths) {
	if (also_ == paths) return;
	also_ = std::move(paths);
	if (!watch_) return;
	if (watch_->watch_also(also_)) tell_soon();
	check();
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
	if (!watch_) return;
	const auto before = std::exchange(failures_, watch_->failures());
	for (const auto &[path, why] : failures_)
		if (!before.contains(path)) failed_(path, why);
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
