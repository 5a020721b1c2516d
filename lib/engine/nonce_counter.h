// Nonces for Map-Registers: they must rise with every message, also over restarts, because a
// Map-Server drops a register whose nonce is not greater than the last. RFC 9301 section 5.6.
#pragma once

#include <cstdint>
#include <optional>

namespace lisp {

// Nanoseconds since 1970, or one more than the last where the clock stands still or steps back.
// Only a ceiling is kept in stable storage, ahead of use: a nonce may be used once a ceiling above
// it has been saved, so that a crash costs numbers and never repeats one.
class NonceCounter {
public:
	// The highest that a stored ceiling may be; above it nothing can be trusted to rise.
	static constexpr std::uint64_t max_ceiling = std::uint64_t{1} << 63;
	static constexpr std::uint64_t step = 300'000'000'000; // five minutes of nonces to one save

	// `ceiling` as it was saved last; 0 where nothing ever was. No nonce at or above it was used.
	explicit NonceCounter(std::uint64_t ceiling) : next_(ceiling), ceiling_(ceiling) {}

	struct Drawn {
		std::uint64_t nonce = 0;
		std::optional<std::uint64_t> save; // this ceiling, before the nonce is sent
	};
	// `wall`: nanoseconds since 1970.
	Drawn draw(std::uint64_t wall);

	// The ceiling asked for last could not be saved: the next nonce asks again.
	void not_saved() { ceiling_ = next_; }

	// What may be saved at a clean end instead, so that no numbers are lost.
	std::uint64_t lowest_ceiling() const { return next_; }

private:
	std::uint64_t next_;
	std::uint64_t ceiling_;
};

} // namespace lisp
