// Preloaded into a program, lets a test set the clock of its timers forward. Linux, for tests.
//
//   LISP_CLOCK=FILE LD_PRELOAD=libclock_shim.so PROGRAM...
//
// FILE has 8 octets, in the order of the machine: the nanoseconds that every look at a monotonic
// clock is ahead of it. They may rise while the program runs; it notices when it wakes up.
//
// The system call is made here: nothing is looked up in the library that this hides, and it works
// below the interceptors of the sanitizers.
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace {

constexpr long second = 1'000'000'000;

using Ahead = std::atomic<std::int64_t>;

const Ahead *open_ahead() {
	static const Ahead none{0};
	const auto *path = std::getenv("LISP_CLOCK");
	if (path == nullptr) return &none;
	const auto file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
	if (file < 0) return &none;
	auto *mapped = mmap(nullptr, sizeof(Ahead), PROT_READ, MAP_SHARED, file, 0);
	syscall(SYS_close, file);
	return mapped == MAP_FAILED ? &none : static_cast<const Ahead *>(mapped);
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec *time) {
	const auto status = static_cast<int>(syscall(SYS_clock_gettime, clock, time));
	if (status != 0 || (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)) return status;
	static const auto *const ahead = open_ahead();
	const auto nanoseconds = time->tv_nsec + ahead->load(std::memory_order_relaxed);
	time->tv_sec += nanoseconds / second;
	time->tv_nsec = nanoseconds % second;
	return status;
}
