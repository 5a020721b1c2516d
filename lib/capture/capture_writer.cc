#include "capture/capture_writer.h"

#include "capture/pcap_handle.h"

#include <cerrno>
#include <cstring>

namespace lisp {

namespace {

pcap_pkthdr header_of(const Frame &frame) {
	const auto time = frame.time.value_or(0);
	pcap_pkthdr header{};
	header.ts.tv_sec = static_cast<decltype(header.ts.tv_sec)>(time / second);
	header.ts.tv_usec = static_cast<decltype(header.ts.tv_usec)>(time % second);
	header.caplen = static_cast<bpf_u_int32>(frame.octets.size());
	header.len = static_cast<bpf_u_int32>(frame.length);
	return header;
}

} // namespace

struct CaptureWriter::Dump {
	~Dump() {
		if (dumper != nullptr) pcap_dump_close(dumper);
	}
	std::FILE *file() const { return pcap_dump_file(dumper); }

	PcapHandle shape; // what the file's header tells
	pcap_dumper_t *dumper = nullptr;
};

CaptureWriter::CaptureWriter(std::unique_ptr<Dump> dump) : dump_(std::move(dump)) {}
CaptureWriter::CaptureWriter(CaptureWriter &&) noexcept = default;
CaptureWriter &CaptureWriter::operator=(CaptureWriter &&) noexcept = default;
CaptureWriter::~CaptureWriter() = default;

Result<CaptureWriter, std::string> CaptureWriter::open(const std::string &path, int link_type) {
	auto dump = std::make_unique<Dump>();
	dump->shape.reset(pcap_open_dead_with_tstamp_precision(
	    link_type, snapshot_length, PCAP_TSTAMP_PRECISION_NANO));
	auto *file = path == "-" ? stdout : std::fopen(path.c_str(), "we");
	if (file == nullptr) return path + ": " + std::strerror(errno);
	dump->dumper = pcap_dump_fopen(dump->shape.get(), file);
	if (dump->dumper == nullptr) return path + ": " + pcap_geterr(dump->shape.get());
	return CaptureWriter{std::move(dump)};
}

bool CaptureWriter::write(std::span<const Frame> frames) {
	for (const auto &frame : frames) {
		const auto header = header_of(frame);
		errno = 0;
		pcap_dump(reinterpret_cast<u_char *>(dump_->dumper), &header, frame.octets.data());
		if (std::ferror(dump_->file()) != 0) return false;
	}
	return true;
}

bool CaptureWriter::flush() {
	return std::fflush(dump_->file()) == 0;
}

} // namespace lisp
