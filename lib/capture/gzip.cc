#include "capture/gzip.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <zlib.h>

namespace lisp {

namespace {

constexpr int magic = 0x1f;          // its first octet, with which no capture begins
constexpr int gzip_window = 15 + 16; // the largest window, and a gzip header expected
constexpr std::size_t piece = 1 << 16;

struct CloseFile {
	void operator()(std::FILE *file) const { std::fclose(file); }
};

class Gunzip : public Source {
public:
	Gunzip(std::FILE *file, std::shared_ptr<std::string> fault)
	    : file_(file), fault_(std::move(fault)),
	      ready_(inflateInit2(&stream_, gzip_window) == Z_OK) {}
	~Gunzip() override { inflateEnd(&stream_); }

	bool ready() const { return ready_; }

	ssize_t read(char *room, std::size_t size) override {
		stream_.next_out = reinterpret_cast<Bytef *>(room);
		stream_.avail_out = static_cast<uInt>(size);
		while (stream_.avail_out == size && !at_end_ && fill()) inflate_some();
		return static_cast<ssize_t>(size - stream_.avail_out);
	}

private:
	bool fill() {
		if (stream_.avail_in > 0) return true;
		stream_.next_in = compressed_.data();
		const auto size = std::fread(compressed_.data(), 1, compressed_.size(), file_.get());
		stream_.avail_in = static_cast<uInt>(size);
		if (std::ferror(file_.get()) != 0)
			end(std::strerror(errno));
		else if (size == 0)
			end(within_member_ ? "gzip data ends too soon" : "");
		return size > 0;
	}

	void inflate_some() {
		if (!within_member_ && *stream_.next_in != magic) return end("");
		within_member_ = true;
		const int status = inflate(&stream_, Z_NO_FLUSH);
		if (status == Z_STREAM_END) {
			within_member_ = false;
			inflateReset(&stream_);
		} else if (status != Z_OK && status != Z_BUF_ERROR) {
			const auto *why = stream_.msg != nullptr ? stream_.msg : zError(status);
			end("gzip data is broken: " + std::string{why});
		}
	}

	void end(const std::string &fault) {
		at_end_ = true;
		*fault_ = fault;
	}

	std::unique_ptr<std::FILE, CloseFile> file_;
	std::shared_ptr<std::string> fault_;
	z_stream stream_{};
	std::array<Bytef, piece> compressed_{};
	bool ready_;
	bool within_member_ = true; // also before the first
	bool at_end_ = false;
};

} // namespace

bool is_gzip(std::FILE *file) {
	const int first = std::getc(file);
	return first != EOF && std::ungetc(first, file) == magic;
}

std::FILE *open_gzip(std::FILE *file, std::shared_ptr<std::string> fault) {
	auto source = std::make_unique<Gunzip>(file, std::move(fault));
	if (source->ready()) return os::open_source(std::move(source));
	errno = ENOMEM;
	return nullptr;
}

} // namespace lisp
