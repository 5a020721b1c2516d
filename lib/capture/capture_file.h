// Captures as libpcap reads them: files in pcap and pcapng, compressed by gzip or not, files that
// grow, and network interfaces.
#pragma once

#include "capture/frame.h"
#include "capture/reassembly.h"

#include <functional>
#include <memory>
#include <span>
#include <string>

namespace lisp {

struct OpenedPcap;

// What has passed by, in frames unless said otherwise.
struct CaptureCounters {
	std::uint64_t frames = 0;
	std::uint64_t messages = 0;  // LISP datagrams that next() returned
	std::uint64_t unmatched = 0; // LISP datagrams that the filter refused
	std::uint64_t tcp = 0;       // TCP on port 4341 or 4342, which is no LISP
	std::uint64_t other = 0;     // anything else
	// Those that could be LISP, did not find together and were not shown alone.
	std::uint64_t fragments_dropped = 0;
};

// How far a file has been read, in octets as they are stored.
struct CapturePosition {
	std::uint64_t at = 0;
	std::uint64_t size = 0;
};

// Reads a capture packet after packet. What next() returns is valid until the next call; nothing is
// allocated for a packet that did not come in fragments.
//
// A message in fragments is returned once, with frame number and time of the last fragment to come;
// where they do not find together, as its first fragment alone, when the others are given up.
class CaptureFile {
public:
	// "-" is standard input. Errors are one line that names the capture. Reading ends when the
	// descriptor `stop`, if there is one, becomes readable.
	static Result<CaptureFile, std::string> open(const std::string &path, int stop = -1);

	// Takes the file over. `name` is what errors call it.
	static Result<CaptureFile, std::string> open(
	    std::FILE *file, const std::string &name, int stop = -1);

	// A file that grows, as tail -F reads it: waits for it, for more in it and for what takes its
	// place, where frames count from 1 again.
	static Result<CaptureFile, std::string> follow(const std::string &path, int stop = -1);

	// A network interface, whose packets are waited for.
	static Result<CaptureFile, std::string> listen(const std::string &interface, int stop = -1);

	CaptureFile(CaptureFile &&) noexcept;
	CaptureFile &operator=(CaptureFile &&) noexcept;
	~CaptureFile();

	// Only packets that match a tcpdump expression from here on. Frames with VLAN tags are matched
	// as they are and, where that fails, without their tags; a message in fragments matches if one
	// of them does. The result is the error, if any.
	std::optional<std::string> set_filter(const std::string &expression);

	// Whether UDP checksums are looked at, as they are at first.
	void set_checksums(Checksums checksums) { checksums_ = checksums; }

	// The next LISP datagram; nullopt at the end, after which error() tells whether the capture
	// ended as it should.
	std::optional<Captured> next();

	// The frames that held what next() returned last, valid as long.
	std::span<const Frame> frames() const {
		return fragments_.empty() ? std::span{&frame_, 1} : std::span{fragments_};
	}

	// Why reading stopped, in one line that names the capture; empty at a proper end.
	const std::string &error() const { return error_; }

	CaptureCounters counters() const;

	// None of what is no regular file.
	std::optional<CapturePosition> position() const;

	// Calls it now and then while next() reads, between one frame and the next.
	void watch(std::function<void()> look) { look_ = std::move(look); }

	int link_type() const { return link_type_; } // as pcap_datalink() numbers them
	const std::string &name() const { return name_; }

private:
	struct Pcap;
	enum class Kind : std::uint8_t { file, growing, interface };

	CaptureFile(std::string name, Kind kind, int stop);
	static Result<CaptureFile, std::string> start(
	    CaptureFile capture, Result<OpenedPcap, std::string> opened);
	std::optional<std::string> use(Result<OpenedPcap, std::string> opened);
	std::optional<std::string> compile_filter();
	bool stopped() const;
	bool wait_for_packet() const;
	bool go_on();
	bool read_frame();
	void explain_end(bool failed);
	bool matches();
	std::optional<Captured> examine_frame();
	std::optional<Captured> deliver(Reassembly::Packet packet);
	std::optional<Captured> message_in(
	    const IpPacket &packet, const Frame &frame, std::optional<bool> matched);

	std::string name_;
	Kind kind_;
	int stop_;
	std::function<void()> look_;
	std::unique_ptr<Pcap> pcap_;
	std::string filter_;
	Checksums checksums_ = Checksums::checked;
	int link_type_ = 0;
	LinkLayer layer_ = LinkLayer::raw;
	Frame frame_; // the last one read
	bool at_end_ = false;
	Reassembly reassembly_;
	std::optional<Reassembly::Packet> reassembled_; // what next() returned last, if it was one
	std::vector<Frame> fragments_; // of what next() returned last, if it was in more than one
	CaptureCounters counters_;
	Octets untagged_; // room for a frame without its VLAN tags
	std::string error_;
};

} // namespace lisp
