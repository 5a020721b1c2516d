// The nonce ceiling in stable storage: STATE/nonce, a decimal number. Whoever holds its lock is the
// one sender of Map-Registers of this host.
#pragma once

#include "common/process.h"

#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

namespace lisp {

class NonceFile {
public:
	// Takes the lock for as long as this lives and checks that the file can be written. What root
	// makes is given to `owner`. Nothing
	// when another process holds the lock. Throws std::system_error, and std::runtime_error when
	// the file does not hold a ceiling: to begin with any other could repeat nonces.
	static std::optional<NonceFile> open(const std::string &state_directory, const Owner &owner);
	~NonceFile();
	NonceFile(NonceFile &&other) noexcept;
	NonceFile &operator=(NonceFile &&) = delete;

	std::uint64_t ceiling() const { return ceiling_; }

	// On the disk once it returns without an error; whatever happens meanwhile, the file holds the
	// old number or the new one.
	std::error_code save(std::uint64_t ceiling);

private:
	NonceFile(std::string directory, const Owner &owner, int lock);
	void load();

	std::string directory_;
	Owner owner_;
	int lock_;
	std::uint64_t ceiling_ = 0;
};

} // namespace lisp
