#include "capture/capture_file.h"

#include <pcap/pcap.h>

#include <array>

namespace lisp {

namespace {

constexpr std::uint64_t second = 1'000'000'000;            // in nanoseconds
constexpr std::uint64_t max_seconds = UINT64_MAX / second; // more cannot be told

std::string display_name(const std::string &path) {
	return path == "-" ? "standard input" : path;
}

// libpcap begins some of its messages with the file's name, others not.
std::string about(const std::string &name, const std::string &path, std::string_view message) {
	if (message.starts_with(path + ": ")) message.remove_prefix(path.size() + 2);
	return name + ": " + std::string{message};
}

std::string unknown_link_type(int dlt) {
	const auto *name = pcap_datalink_val_to_name(dlt);
	return "link type " + std::to_string(dlt) +
	       (name != nullptr ? " (" + std::string{name} + ")" : "") + " is not supported";
}

} // namespace

void CaptureFile::Close::operator()(pcap *handle) const {
	pcap_close(handle);
}

void CaptureFile::Close::operator()(bpf_program *program) const {
	pcap_freecode(program);
	delete program;
}

CaptureFile::CaptureFile(std::string name, Handle handle, LinkLayer layer)
    : name_(std::move(name)), handle_(std::move(handle)), layer_(layer) {}

Result<CaptureFile, std::string> CaptureFile::open(const std::string &path) {
	const auto name = display_name(path);
	std::array<char, PCAP_ERRBUF_SIZE> why{};
	Handle handle{pcap_open_offline_with_tstamp_precision(
	    path.c_str(), PCAP_TSTAMP_PRECISION_NANO, why.data())};
	if (!handle) return about(name, path, why.data());
	const auto dlt = pcap_datalink(handle.get());
	const auto layer = link_layer(dlt);
	if (!layer) return name + ": " + unknown_link_type(dlt);
	return CaptureFile{name, std::move(handle), *layer};
}

std::optional<std::string> CaptureFile::set_filter(const std::string &expression) {
	auto program = std::make_unique<bpf_program>();
	if (pcap_compile(handle_.get(), program.get(), expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) !=
	    0)
		return "filter: " + std::string{pcap_geterr(handle_.get())};
	filter_.reset(program.release());
	return std::nullopt;
}

bool CaptureFile::matches(const void *header, Bytes frame) {
	if (!filter_) return true;
	auto shape = *static_cast<const pcap_pkthdr *>(header);
	if (pcap_offline_filter(filter_.get(), &shape, frame.data()) != 0) return true;
	if (layer_ != LinkLayer::ethernet) return false;
	const auto tags = vlan_tags_size(frame);
	if (tags == 0) return false;
	untagged_.assign(frame.begin(), frame.begin() + ethernet_addresses_size);
	untagged_.insert(untagged_.end(),
	    frame.begin() + static_cast<std::ptrdiff_t>(ethernet_addresses_size + tags), frame.end());
	shape.caplen = static_cast<bpf_u_int32>(untagged_.size());
	shape.len -= std::min(shape.len, static_cast<bpf_u_int32>(tags));
	return pcap_offline_filter(filter_.get(), &shape, untagged_.data()) != 0;
}

std::optional<Captured> CaptureFile::next() {
	pcap_pkthdr *header = nullptr;
	const u_char *octets = nullptr;
	int status = 0;
	while ((status = pcap_next_ex(handle_.get(), &header, &octets)) == 1) {
		++frame_;
		const Bytes frame{octets, header->caplen};
		auto captured = peel(frame, layer_);
		if (!captured || !matches(header, frame)) continue;
		captured->frame = frame_;
		const auto seconds = static_cast<std::uint64_t>(header->ts.tv_sec);
		if (seconds < max_seconds)
			captured->time = seconds * second + static_cast<std::uint64_t>(header->ts.tv_usec);
		return captured;
	}
	if (status == PCAP_ERROR)
		error_ =
		    name_ + ": after frame " + std::to_string(frame_) + ": " + pcap_geterr(handle_.get());
	return std::nullopt;
}

} // namespace lisp
