// What other threads leave for the one that runs a loop.
#pragma once

#include "net/loop.h"

#include <array>
#include <cstddef>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace lisp {

// Wakes a loop from any thread.
class Doorbell {
public:
	Doorbell(); // throws std::system_error
	~Doorbell();
	Doorbell(const Doorbell &) = delete;
	Doorbell &operator=(const Doorbell &) = delete;

	void ring();
	void quiet();
	int descriptor() const { return pipe_[0]; } // readable while it rings

private:
	std::array<int, 2> pipe_{-1, -1};
};

template <class T> class Mailbox {
public:
	explicit Mailbox(std::size_t most) : most_(most) {}

	// False, and it is lost, where so many wait already. On any thread.
	bool post(T item) {
		const std::scoped_lock lock{mutex_};
		if (items_.size() >= most_) return false;
		items_.push_back(std::move(item));
		if (items_.size() == 1) bell_.ring();
		return true;
	}

	// Has the loop hand over all that waits, as long as what is returned lives.
	[[nodiscard]] Loop::Watch watch(Loop &loop, std::function<void(std::vector<T>)> take) {
		return loop.on_readable(bell_.descriptor(), [this, take = std::move(take)] {
			bell_.quiet();
			std::vector<T> items;
			{
				const std::scoped_lock lock{mutex_};
				items.swap(items_);
			}
			take(std::move(items));
		});
	}

private:
	const std::size_t most_;
	std::mutex mutex_;
	std::vector<T> items_;
	Doorbell bell_;
};

} // namespace lisp
