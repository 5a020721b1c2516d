#include "capture/pcap_handle.h"

#include "capture/gzip.h"
#include "capture/waiting_pipe.h"

#include <array>
#include <cerrno>
#include <cstring>

namespace lisp {

namespace {

constexpr int patience = 100;                  // ms, where immediate mode is not to be had
constexpr std::size_t stream_buffer = 1 << 16; // octets read at once, where there are as many

} // namespace

void ClosePcap::operator()(pcap *handle) const {
	pcap_close(handle);
}

Result<OpenedPcap, std::string> open_stream(std::FILE *file, const std::string &name, int stop) {
	OpenedPcap opened{nullptr, nullptr, std::make_shared<std::string>(), fileno(file)};
	if (may_wait(file)) file = open_waiting_pipe(file, stop);
	if (file == nullptr) return name + ": " + std::strerror(errno);
	if (file != stdin) { // which nobody closes
		opened.buffer = std::make_unique_for_overwrite<char[]>(stream_buffer);
		std::setvbuf(file, opened.buffer.get(), _IOFBF, stream_buffer);
	}
	if (is_gzip(file)) file = open_gzip(file, opened.fault);
	if (file == nullptr) return name + ": " + std::strerror(errno);
	std::array<char, PCAP_ERRBUF_SIZE> why{};
	opened.handle.reset(
	    pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why.data()));
	if (opened.handle) return opened;
	if (file != stdin) std::fclose(file);
	return name + ": " + (opened.fault->empty() ? why.data() : *opened.fault);
}

Result<OpenedPcap, std::string> open_interface(const std::string &name) {
	std::array<char, PCAP_ERRBUF_SIZE> why{};
	OpenedPcap opened{nullptr, PcapHandle{pcap_create(name.c_str(), why.data())},
	    std::make_shared<std::string>(), -1};
	auto *handle = opened.handle.get();
	if (handle == nullptr) return name + ": " + why.data();
	pcap_set_snaplen(handle, snapshot_length);
	pcap_set_promisc(handle, 1);
	pcap_set_timeout(handle, patience);
	pcap_set_immediate_mode(handle, 1);
	pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO); // microseconds if it has none
	if (const int status = pcap_activate(handle); status < 0) {
		const std::string what = pcap_statustostr(status);
		const std::string details = pcap_geterr(handle);
		const bool adds = !details.empty() && details != what;
		return name + ": " + what + (adds ? " (" + details + ")" : "");
	}
	if (pcap_setnonblock(handle, 1, why.data()) < 0) return name + ": " + why.data();
	return opened;
}

} // namespace lisp
