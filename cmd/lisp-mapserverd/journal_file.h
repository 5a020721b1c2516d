// The files that a Map-Server's journal is made of: what was saved, in frames that tell whether
// they are whole. Everything here waits for the disk.
//
//   header  8 octets that tell the kind, 64 bits that number the log
//   frame   32 bits length of what follows the checksum, 32 bits CRC-32 of that and of the number,
//           64 bits time, octets
//
// In network byte order. A snapshot has the number of the log that goes on from it, and ends with a
// frame without octets.
#pragma once

#include "common/process.h"
#include "config/text_file.h"
#include "wire/octets.h"

#include <chrono>
#include <string>
#include <system_error>

namespace lisp {

enum class JournalKind : std::uint8_t { log, snapshot };

inline constexpr std::size_t most_frame_octets = std::size_t{1} << 20;

void append_frame(Octets &out, std::uint64_t number, std::chrono::nanoseconds time, Bytes octets);

class JournalReader {
public:
	// Throws std::system_error, and std::runtime_error where it is no file of that kind. A log of
	// less than a header is an empty one: it was made when the system ended.
	JournalReader(const std::string &path, JournalKind kind);

	struct Frame {
		std::chrono::nanoseconds time{};
		Bytes octets; // valid until the next call
	};
	// False at the end, or where the rest is not whole.
	bool next(Frame &frame);

	std::uint64_t number() const { return number_; }
	std::uint64_t read_octets() const { return read_; }
	std::uint64_t size() const { return size_; } // more than read_octets(): the rest is torn

private:
	bool fill(std::size_t octets);

	Descriptor file_;
	std::uint64_t size_ = 0;
	std::uint64_t number_ = 0;
	std::uint64_t read_ = 0;
	Octets room_;
	std::size_t begin_ = 0; // of what is not taken yet
	std::size_t end_ = 0;
};

class JournalWriter {
public:
	// A file that was not there, with its header; what root makes is given to `owner`.
	std::error_code create(
	    const std::string &path, JournalKind kind, std::uint64_t number, const Owner &owner = {});
	std::error_code write(Bytes octets);
	std::error_code sync(); // on the disk, but for the name

private:
	Descriptor file_;
};

} // namespace lisp
