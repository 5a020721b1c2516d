#include "lisp-mapserverd/journal_file.h"

#include "wire/reader.h"
#include "wire/writer.h"

#include <sys/stat.h>

#include <cerrno>
#include <fcntl.h>
#include <stdexcept>
#include <unistd.h>
#include <zlib.h>

namespace lisp {

namespace {

constexpr std::size_t header_size = 16;
constexpr std::size_t frame_head = 8;
constexpr std::size_t time_size = 8;

std::string_view kind_text(JournalKind kind) {
	return kind == JournalKind::log ? "lisp-log" : "lispsnap";
}

std::error_code last_error() {
	return {errno, std::generic_category()};
}

std::uint32_t checksum(std::uint64_t number, Bytes octets) {
	std::array<std::uint8_t, 8> seed{};
	Writer out{seed};
	out.u64(number, "number");
	return static_cast<std::uint32_t>(
	    crc32_z(crc32_z(0, seed.data(), seed.size()), octets.data(), octets.size()));
}

} // namespace

void append_frame(Octets &out, std::uint64_t number, std::chrono::nanoseconds time, Bytes octets) {
	const auto begin = out.size();
	out.resize(begin + frame_head + time_size);
	out.insert(out.end(), octets.begin(), octets.end());
	const auto frame = Room{out}.subspan(begin);
	Writer body{frame.subspan(frame_head)};
	body.u64(static_cast<std::uint64_t>(time.count()), "time");
	Writer head{frame};
	head.u32(frame.size() - frame_head, "length");
	head.u32(checksum(number, frame.subspan(frame_head)), "checksum");
}

JournalReader::JournalReader(const std::string &path, JournalKind kind)
    : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)),
      room_(most_frame_octets + frame_head) {
	struct stat status {};
	if (!file_.is_open() || fstat(file_.number(), &status) < 0)
		throw std::system_error(last_error(), path);
	size_ = static_cast<std::uint64_t>(status.st_size);
	if (!fill(header_size)) {
		if (kind == JournalKind::log) return;
		throw std::runtime_error(path + " is not whole");
	}
	const auto header = Bytes{room_}.first(header_size);
	const auto text = as_bytes(kind_text(kind));
	if (!std::equal(text.begin(), text.end(), header.begin())) {
		// A file of that size may have been left without its octets.
		if (kind == JournalKind::log && size_ == header_size) return;
		throw std::runtime_error(path + " holds no registrations");
	}
	number_ = Reader{header.subspan(text.size())}.u64("number");
	begin_ = read_ = header_size;
}

bool JournalReader::fill(std::size_t octets) {
	if (end_ - begin_ >= octets) return true;
	std::copy(room_.begin() + static_cast<std::ptrdiff_t>(begin_),
	    room_.begin() + static_cast<std::ptrdiff_t>(end_), room_.begin());
	end_ -= std::exchange(begin_, 0);
	while (end_ < octets) {
		const auto count = ::read(file_.number(), room_.data() + end_, room_.size() - end_);
		if (count < 0 && errno != EINTR) throw std::system_error(last_error(), "registrations");
		if (count == 0) return false;
		if (count > 0) end_ += static_cast<std::size_t>(count);
	}
	return true;
}

bool JournalReader::next(Frame &frame) {
	if (!fill(frame_head)) return false;
	Reader head{Bytes{room_}.subspan(begin_, frame_head)};
	const std::size_t length = head.u32("length");
	const auto expected = head.u32("checksum");
	if (length < time_size || length > most_frame_octets) return false;
	if (!fill(frame_head + length)) return false;
	const auto body = Bytes{room_}.subspan(begin_ + frame_head, length);
	if (checksum(number_, body) != expected) return false;
	Reader in{body};
	frame.time = std::chrono::nanoseconds{static_cast<std::int64_t>(in.u64("time"))};
	frame.octets = in.rest();
	begin_ += frame_head + length;
	read_ += frame_head + length;
	return true;
}

std::error_code JournalWriter::create(
    const std::string &path, JournalKind kind, std::uint64_t number, const Owner &owner) {
	// Whatever another user of the directory has put there is not written to.
	if (unlink(path.c_str()) < 0 && errno != ENOENT) return last_error();
	file_ = Descriptor{::open(
	    path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR)};
	if (!file_.is_open() || !give_file(file_.number(), owner)) return last_error();
	std::array<std::uint8_t, header_size> header{};
	Writer out{header};
	out.bytes(as_bytes(kind_text(kind)), "kind");
	out.u64(number, "number");
	return write(header);
}

std::error_code JournalWriter::write(Bytes octets) {
	while (!octets.empty()) {
		const auto written = ::write(file_.number(), octets.data(), octets.size());
		if (written < 0 && errno != EINTR) return last_error();
		if (written > 0) octets = octets.subspan(static_cast<std::size_t>(written));
	}
	return {};
}

std::error_code JournalWriter::sync() {
	return fdatasync(file_.number()) < 0 ? last_error() : std::error_code{};
}

} // namespace lisp
