// Map-Requests at a rate, or as fast as they are answered; how many answers came, and how soon.
//
//     asking ADDRESS:PORT --eids N [--seconds S] [--rate N] [--ecm] [--junk N]
//
// Asks for hosts of 10.0.0.0 on, spread over N of them. Prints one JSON object. Junk comes from
// another port, N a second: what cannot be read, what is not for an xTR, and what asks for EIDs
// that are not the site's.
#include "message/message.h"
#include "net/udp_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace lisp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t batch = 64;
constexpr std::size_t questions = 8192; // different ones, each with a nonce of its own
constexpr std::size_t most_open = 512;  // without an answer, at full speed
constexpr auto given_up = std::chrono::milliseconds(100);
constexpr std::uint64_t nonce_mark = 0x6c69737000000000;

struct Options {
	Endpoint to;
	std::uint32_t eids = 10'000;
	double seconds = 3;
	double rate = 0; // 0: as fast as they are answered
	bool encapsulated = false;
	double junk = 0; // a second
};

struct Question {
	Octets octets;
	Clock::time_point asked;
	bool is_open = false;
};

IpAddress nth_host(std::uint32_t n) {
	const std::array<std::uint8_t, 4> octets{10, static_cast<std::uint8_t>(n >> 16),
	    static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
	return IpAddress::v4(octets);
}

Octets question(const Options &options, const Endpoint &local, std::size_t number) {
	Arena arena;
	MapRequest request;
	request.nonce = nonce_mark | number;
	request.source_eid = IpAddress{};
	const std::array<Address, 1> itr{local.address};
	request.itr_rlocs = std::span<const Address>(itr);
	const auto eid = static_cast<std::uint32_t>(number * 2654435761U % options.eids);
	const std::array<RequestedEid, 1> eids{RequestedEid{32, false, nth_host(eid)}};
	request.records = std::span<const RequestedEid>(eids);
	auto octets = *encode(Message{request});
	if (!options.encapsulated) return octets;
	EncapsulatedControl outer;
	outer.source = {nth_host(eid), local.port};
	outer.destination = {nth_host(eid), control_port};
	outer.payload = std::span<const std::uint8_t>(octets);
	return *encode(Message{outer});
}

// Which question a datagram answers, or, sent back as it is, was.
std::size_t number_of(Bytes answer) {
	constexpr std::size_t inner = 4 + 20 + 8; // octets before an encapsulated IPv4 message
	const std::size_t at = (answer.size() > inner && answer[0] >> 4 == 8 ? inner : 0) + 4;
	if (answer.size() < at + 8) return questions;
	std::uint64_t nonce = 0;
	for (std::size_t i = 0; i < 8; ++i) nonce = nonce << 8 | answer[at + i];
	return nonce >> 32 == nonce_mark >> 32 ? nonce & 0xffffffff : questions;
}

// As many kinds as there are ways to be refused early or late.
std::vector<Octets> junk(const Options &options, const Endpoint &local) {
	std::vector<Octets> all;
	std::minstd_rand random; // NOLINT(*-msc51-cpp): the same junk each time
	for (std::size_t i = 0; i < 256; ++i) {
		Options other = options;
		other.eids = 0xffffff;
		other.encapsulated = i % 2 == 1;
		auto octets = question(other, local, 0xff0000 + i); // no EID of the site's
		switch (i % 8) {
		case 0:
		case 1: break;
		case 2:
		case 3: octets.resize(octets.size() - 1 - random() % 16); break;
		case 4: octets[0] = 0x40; break;                  // a Map-Notify
		case 5: octets[octets.size() - 1] ^= 0x55; break; // a wrong checksum
		default:
			octets.resize(random() % 1400);
			for (auto &octet : octets) octet = static_cast<std::uint8_t>(random());
		}
		all.push_back(std::move(octets));
	}
	return all;
}

class Asking {
public:
	explicit Asking(const Options &options)
	    : options_(options), socket_({source_address_for(options.to.address).value(), 0}) {
		for (std::size_t i = 0; i < questions; ++i)
			questions_.push_back({question(options, socket_.local(), i), {}, false});
	}

	void run() {
		const auto waste = junk(options_, socket_.local());
		const auto begin = Clock::now();
		const auto end = begin + std::chrono::duration_cast<Clock::duration>(
		                             std::chrono::duration<double>(options_.seconds));
		for (auto now = begin; now < end; now = Clock::now()) {
			const auto due =
			    options_.rate > 0
			        ? static_cast<std::size_t>(
			              std::chrono::duration<double>(now - begin).count() * options_.rate)
			        : asked_ + most_open - std::min(open_, most_open);
			ask(due > asked_ ? std::min(due - asked_, batch) : 0, now);
			if (options_.junk > 0) throw_junk(waste, now - begin);
			if (take_answers()) continue;
			wait(begin);
		}
		print(std::chrono::duration<double>(Clock::now() - begin).count());
	}

private:
	// At a rate it takes as long as it takes; the longest is a figure of its own.
	void wait(Clock::time_point begin) {
		pollfd answers{socket_.descriptor(), POLLIN, 0};
		if (options_.rate == 0) {
			if (open_ > 0 && Clock::now() - heard_ > given_up) give_up();
			poll(&answers, 1, 1);
			return;
		}
		if (options_.junk > 0) return; // there is always more to throw
		const std::chrono::duration<double> next{static_cast<double>(asked_ + 1) / options_.rate};
		const auto left = begin + std::chrono::duration_cast<Clock::duration>(next) - Clock::now();
		const timespec time{0, std::clamp<long>(left.count(), 0, 1'000'000)};
		ppoll(&answers, 1, &time, nullptr);
	}

	void ask(std::size_t count, Clock::time_point now) {
		if (count == 0) return;
		std::vector<Datagram> datagrams;
		for (std::size_t i = 0; i < count; ++i) {
			auto &next = questions_[(asked_ + i) % questions];
			open_ += next.is_open ? 0 : 1;
			lost_ += next.is_open ? 1 : 0;
			next.is_open = true;
			next.asked = now;
			datagrams.push_back({options_.to, {}, next.octets});
		}
		if (open_ == count) heard_ = now;
		socket_.send(datagrams);
		asked_ += count;
	}

	void throw_junk(const std::vector<Octets> &waste, Clock::duration since) {
		const auto due =
		    static_cast<std::size_t>(std::chrono::duration<double>(since).count() * options_.junk);
		if (due < thrown_ + batch) return;
		std::vector<Datagram> datagrams;
		for (std::size_t i = 0; i < batch; ++i)
			datagrams.push_back({options_.to, {}, waste[(thrown_ + i) % waste.size()]});
		thrown_ += junk_socket_.send(datagrams).sent;
	}

	bool take_answers() {
		const int count = receive();
		const auto now = Clock::now();
		for (int i = 0; i < count; ++i) {
			const auto &octets = rooms_[static_cast<std::size_t>(i)];
			const auto size = messages_[static_cast<std::size_t>(i)].msg_len;
			const auto number = number_of(Bytes{octets}.first(size));
			if (number >= questions || !questions_[number].is_open) continue;
			questions_[number].is_open = false;
			--open_;
			delays_.push_back(
			    std::chrono::duration<float, std::micro>(now - questions_[number].asked).count());
		}
		if (count > 0) heard_ = now;
		return count > 0;
	}

	int receive() {
		for (std::size_t i = 0; i < batch; ++i) {
			parts_[i] = {rooms_[i].data(), rooms_[i].size()};
			messages_[i] = {};
			messages_[i].msg_hdr.msg_iov = &parts_[i];
			messages_[i].msg_hdr.msg_iovlen = 1;
		}
		return recvmmsg(socket_.descriptor(), messages_.data(), batch, MSG_DONTWAIT, nullptr);
	}

	void give_up() {
		for (auto &one : questions_) {
			lost_ += one.is_open ? 1 : 0;
			one.is_open = false;
		}
		open_ = 0;
	}

	void print(double seconds) {
		std::sort(delays_.begin(), delays_.end());
		const auto at = [&](double part) {
			if (delays_.empty()) return 0.0F;
			return delays_[static_cast<std::size_t>(
			    part * static_cast<double>(delays_.size() - 1))];
		};
		std::printf(
		    "{\"junk\":%zu,\"asked\":%zu,\"answers\":%zu,\"lost\":%zu,\"rate\":%.0f,\"p50\":%.1f,"
		    "\"p90\":%.1f,\"p99\":%.1f,\"p99.9\":%.1f,\"max\":%.1f}\n",
		    thrown_, asked_, delays_.size(), lost_ + open_,
		    static_cast<double>(delays_.size()) / seconds, at(0.5), at(0.9), at(0.99), at(0.999),
		    at(1));
	}

	Options options_;
	UdpSocket socket_;
	UdpSocket junk_socket_{{source_address_for(options_.to.address).value(), 0}};
	std::size_t thrown_ = 0; // junk
	std::vector<Question> questions_;
	std::size_t asked_ = 0;
	std::size_t open_ = 0; // without an answer
	std::size_t lost_ = 0;
	Clock::time_point heard_;
	std::vector<float> delays_; // microseconds
	std::array<std::array<std::uint8_t, 2048>, batch> rooms_{};
	std::array<iovec, batch> parts_{};
	std::array<mmsghdr, batch> messages_{};
};

std::optional<Options> parse(int argc, char **argv) {
	Options options;
	const auto to = argc > 1 ? parse_endpoint(argv[1], control_port) : std::nullopt;
	if (!to) return std::nullopt;
	options.to = *to;
	for (int i = 2; i < argc; ++i) {
		const std::string_view name = argv[i];
		if (name == "--ecm") {
			options.encapsulated = true;
			continue;
		}
		if (++i == argc) return std::nullopt;
		if (name == "--eids")
			options.eids = static_cast<std::uint32_t>(std::strtoul(argv[i], nullptr, 10));
		else if (name == "--seconds")
			options.seconds = std::strtod(argv[i], nullptr);
		else if (name == "--junk")
			options.junk = std::strtod(argv[i], nullptr);
		else if (name == "--rate")
			options.rate = std::strtod(argv[i], nullptr);
		else
			return std::nullopt;
	}
	return options.eids > 0 ? std::optional{options} : std::nullopt;
}

} // namespace

int main(int argc, char **argv) {
	const auto options = parse(argc, argv);
	if (!options) {
		std::fprintf(stderr, "usage: asking ADDRESS:PORT --eids N [--seconds S] [--rate N] [--ecm] "
		                     "[--junk N]\n");
		return 2;
	}
	Asking{*options}.run();
}
