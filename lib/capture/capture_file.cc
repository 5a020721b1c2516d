#include "capture/capture_file.h"

#include "capture/growing_file.h"
#include "capture/pcap_handle.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace lisp {

namespace {

constexpr std::uint64_t max_seconds = UINT64_MAX / second; // more cannot be told
constexpr std::uint64_t frames_between_looks = 1024;       // at whether to stop
constexpr std::uint8_t protocol_tcp = 6;

std::string unknown_link_type(int dlt) {
	const auto *name = pcap_datalink_val_to_name(dlt);
	return "link type " + std::to_string(dlt) +
	       (name != nullptr ? " (" + std::string{name} + ")" : "") + " is not supported";
}

Result<OpenedPcap, std::string> open_or_explain(
    std::FILE *file, const std::string &name, int stop) {
	if (file == nullptr) return name + ": " + std::strerror(errno);
	return open_stream(file, name, stop);
}

bool any_is_cut(std::span<const Frame> frames) {
	return std::any_of(frames.begin(), frames.end(),
	    [](const Frame &frame) { return frame.octets.size() < frame.length; });
}

// A fragment whose packet can have a UDP header.
bool may_be_udp(const IpHeader &ip) {
	return ip.protocol == protocol_udp || (ip.source.is_v6() && is_extension_header(ip.protocol));
}

bool is_tcp_to_lisp(const IpPacket &packet) {
	if (packet.ip.protocol != protocol_tcp || packet.ip.fragment_offset != 0) return false;
	Reader in{packet.payload};
	const auto source = in.u16("tcp source port");
	const auto destination = in.u16("tcp destination port");
	return source == control_port || source == data_port || destination == control_port ||
	       destination == data_port;
}

} // namespace

struct CaptureFile::Pcap {
	struct Free {
		void operator()(bpf_program *program) const {
			pcap_freecode(program);
			delete program;
		}
	};

	explicit Pcap(OpenedPcap from) : opened(std::move(from)) {
		if (pcap_get_tstamp_precision(handle()) == PCAP_TSTAMP_PRECISION_MICRO) fraction = 1000;
	}
	pcap_t *handle() const { return opened.handle.get(); }

	OpenedPcap opened;
	std::unique_ptr<bpf_program, Free> filter;
	pcap_pkthdr *header = nullptr;
	std::uint64_t fraction = 1; // nanoseconds in one of the header's parts of a second
};

CaptureFile::CaptureFile(std::string name, Kind kind, int stop)
    : name_(std::move(name)), kind_(kind), stop_(stop) {}
CaptureFile::CaptureFile(CaptureFile &&) noexcept = default;
CaptureFile &CaptureFile::operator=(CaptureFile &&) noexcept = default;
CaptureFile::~CaptureFile() = default;

Result<CaptureFile, std::string> CaptureFile::open(const std::string &path, int stop) {
	if (path == "-") return open(stdin, "standard input", stop);
	return start(
	    {path, Kind::file, stop}, open_or_explain(std::fopen(path.c_str(), "re"), path, stop));
}

Result<CaptureFile, std::string> CaptureFile::open(
    std::FILE *file, const std::string &name, int stop) {
	return start({name, Kind::file, stop}, open_stream(file, name, stop));
}

Result<CaptureFile, std::string> CaptureFile::follow(const std::string &path, int stop) {
	return start(
	    {path, Kind::growing, stop}, open_or_explain(open_growing_file(path, stop), path, stop));
}

Result<CaptureFile, std::string> CaptureFile::listen(const std::string &interface, int stop) {
	return start({interface, Kind::interface, stop}, open_interface(interface));
}

Result<CaptureFile, std::string> CaptureFile::start(
    CaptureFile capture, Result<OpenedPcap, std::string> opened) {
	if (auto error = capture.use(std::move(opened))) return std::move(*error);
	return capture;
}

std::optional<std::string> CaptureFile::use(Result<OpenedPcap, std::string> opened) {
	if (!opened) return opened.error();
	const auto dlt = pcap_datalink(opened->handle.get());
	const auto layer = lisp::link_layer(dlt);
	if (!layer) return name_ + ": " + unknown_link_type(dlt);
	layer_ = *layer;
	link_type_ = dlt;
	pcap_ = std::make_unique<Pcap>(std::move(*opened));
	frame_ = {};
	return filter_.empty() ? std::nullopt : compile_filter();
}

std::optional<std::string> CaptureFile::set_filter(const std::string &expression) {
	filter_ = expression;
	return compile_filter();
}

std::optional<std::string> CaptureFile::compile_filter() {
	auto program = std::make_unique<bpf_program>();
	if (pcap_compile(pcap_->handle(), program.get(), filter_.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
		return "filter: " + std::string{pcap_geterr(pcap_->handle())};
	pcap_->filter.reset(program.release());
	return std::nullopt;
}

// Of the last frame read.
bool CaptureFile::matches() {
	const auto *program = pcap_->filter.get();
	if (program == nullptr) return true;
	auto shape = *pcap_->header;
	const auto frame = frame_.octets;
	if (pcap_offline_filter(program, &shape, frame.data()) != 0) return true;
	if (layer_ != LinkLayer::ethernet) return false;
	const auto tags = vlan_tags_size(frame);
	if (tags == 0) return false;
	untagged_.assign(frame.begin(), frame.begin() + ethernet_addresses_size);
	untagged_.insert(untagged_.end(),
	    frame.begin() + static_cast<std::ptrdiff_t>(ethernet_addresses_size + tags), frame.end());
	shape.caplen = static_cast<bpf_u_int32>(untagged_.size());
	shape.len -= std::min(shape.len, static_cast<bpf_u_int32>(tags));
	return pcap_offline_filter(program, &shape, untagged_.data()) != 0;
}

bool CaptureFile::stopped() const {
	return stop_ >= 0 && is_readable(stop_, 0);
}

// False when that will not come.
bool CaptureFile::wait_for_packet() const {
	constexpr int without_descriptor = 100; // ms
	const int descriptor = pcap_get_selectable_fd(pcap_->handle());
	pollfd watched[] = {{descriptor, POLLIN, 0}, {stop_, POLLIN, 0}};
	poll(watched, 2, descriptor < 0 ? without_descriptor : -1);
	return watched[1].revents == 0;
}

// Where the last read gave no frame: whether there is another place to read from.
bool CaptureFile::go_on() {
	if (kind_ != Kind::growing || stopped()) return false;
	pcap_->opened.handle.reset();
	const auto error = use(open_or_explain(open_growing_file(name_, stop_), name_, stop_));
	if (error && !stopped()) error_ = *error;
	return !error;
}

bool CaptureFile::read_frame() {
	const u_char *octets = nullptr;
	int status = 0;
	if (counters_.frames % frames_between_looks == 0) {
		if (stopped()) return false;
		if (look_) look_();
	}
	while ((status = pcap_next_ex(pcap_->handle(), &pcap_->header, &octets)) != 1) {
		if (status == 0 ? wait_for_packet() : go_on()) continue;
		if (error_.empty() && !stopped()) explain_end(status == PCAP_ERROR);
		return false;
	}
	const auto &header = *pcap_->header;
	++counters_.frames;
	++frame_.number;
	frame_.octets = {octets, header.caplen};
	frame_.length = header.len;
	frame_.time.reset();
	const auto seconds = static_cast<std::uint64_t>(header.ts.tv_sec);
	if (seconds < max_seconds)
		frame_.time =
		    seconds * second + static_cast<std::uint64_t>(header.ts.tv_usec) * pcap_->fraction;
	return true;
}

void CaptureFile::explain_end(bool failed) {
	const auto &fault = *pcap_->opened.fault;
	if (!failed && fault.empty()) return;
	error_ = name_ + ": after frame " + std::to_string(frame_.number) + ": " +
	         (fault.empty() ? pcap_geterr(pcap_->handle()) : fault);
}

// `matched` where the filter has been asked already.
std::optional<Captured> CaptureFile::message_in(
    const IpPacket &packet, const Frame &frame, std::optional<bool> matched) {
	auto captured = lisp_datagram(packet, checksums_);
	if (!captured) {
		++(is_tcp_to_lisp(packet) ? counters_.tcp : counters_.other);
		return captured;
	}
	const bool wanted = matched ? *matched : matches();
	++(wanted ? counters_.messages : counters_.unmatched);
	captured->frame = frame.number;
	captured->time = frame.time;
	captured->cut = captured->octets.size() < captured->length && any_is_cut(frames());
	if (!wanted) captured.reset();
	return captured;
}

std::optional<Captured> CaptureFile::deliver(Reassembly::Packet packet) {
	reassembled_ = std::move(packet);
	fragments_ = reassembled_->frames();
	return message_in(reassembled_->packet, reassembled_->frame(), reassembled_->matches);
}

std::optional<Captured> CaptureFile::examine_frame() {
	const auto octets = ip_octets(frame_.octets, layer_);
	const auto packet = octets ? read_ip_packet(*octets) : std::nullopt;
	if (!packet) {
		++counters_.other;
		return std::nullopt;
	}
	if (packet->ip.fragment && may_be_udp(packet->ip)) {
		auto whole = reassembly_.take(*packet, frame_, matches());
		return whole ? deliver(std::move(*whole)) : std::nullopt;
	}
	fragments_.clear();
	return message_in(*packet, frame_, std::nullopt);
}

std::optional<Captured> CaptureFile::next() {
	for (;;) {
		if (!reassembly_.empty())
			while (auto packet = reassembly_.given_up())
				if (auto captured = deliver(std::move(*packet))) return captured;
		if (at_end_) return std::nullopt;
		if (read_frame()) {
			if (!reassembly_.empty()) reassembly_.expire(frame_.time.value_or(0));
			if (auto captured = examine_frame()) return captured;
		} else {
			at_end_ = true;
			reassembly_.give_up_all();
		}
	}
}

CaptureCounters CaptureFile::counters() const {
	auto counters = counters_;
	counters.fragments_dropped = reassembly_.dropped();
	return counters;
}

std::optional<CapturePosition> CaptureFile::position() const {
	if (kind_ != Kind::file || !pcap_) return std::nullopt;
	const int descriptor = pcap_->opened.descriptor;
	struct stat file {};
	if (fstat(descriptor, &file) < 0 || !S_ISREG(file.st_mode)) return std::nullopt;
	const auto at = lseek(descriptor, 0, SEEK_CUR);
	if (at < 0) return std::nullopt;
	return CapturePosition{
	    static_cast<std::uint64_t>(at), static_cast<std::uint64_t>(file.st_size)};
}

} // namespace lisp
