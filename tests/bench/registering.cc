// Map-Registers as fast as they are acknowledged; how many were.
//
//     registering ADDRESS:PORT --eids N [--seconds S] [--key SECRET]
//
// Each registers one of N hosts from 10.0.0.0 on, under a nonce of its own, and asks for a
// Map-Notify. All are signed beforehand. Prints one JSON object.
#include "auth/hmac.h"
#include "message/message.h"
#include "net/udp_socket.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace lisp;
using Clock = std::chrono::steady_clock;

constexpr std::size_t batch = 64;
constexpr std::size_t most_open = 512; // without an answer
constexpr std::size_t most_a_second = 300'000;
constexpr auto given_up = std::chrono::milliseconds(500);

struct Options {
	Endpoint to;
	std::uint32_t eids = 100'000;
	double seconds = 2;
	std::string key = "key";
};

IpAddress nth_host(std::uint32_t n) {
	return IpAddress::v4(10U << 24 | n);
}

// In one piece, each in `size` octets.
class Registers {
public:
	Registers(const Options &options, std::size_t count) {
		Key key{options.key};
		const auto now = Clock::now().time_since_epoch();
		const auto first = static_cast<std::uint64_t>(now.count());
		std::array<Locator, 1> locators;
		locators[0].rloc = IpAddress::v4(0xc0000201);
		locators[0].priority = 1;
		locators[0].weight = 100;
		locators[0].local = locators[0].reachable = true;
		std::array<MapRecord, 1> records;
		records[0].ttl = RecordTtl{1440};
		records[0].mask_length = 32;
		records[0].locators = std::span<const Locator>(locators);
		const Octets room(sha256_size);
		MapRegister message;
		message.want_map_notify = true;
		message.authentication.algorithm = Algorithm::hmac_sha256;
		message.authentication.data = room;
		for (std::size_t i = 0; i < count; ++i) {
			records[0].eid = nth_host(static_cast<std::uint32_t>(i % options.eids));
			message.records = std::span<const MapRecord>(records);
			message.nonce = first + i;
			auto octets = *encode(Message{message});
			key.sign(octets);
			size_ = octets.size();
			all_.insert(all_.end(), octets.begin(), octets.end());
		}
	}
	Bytes operator[](std::size_t i) const { return Bytes{all_}.subspan(i * size_, size_); }
	std::size_t size() const { return all_.size() / size_; }

private:
	Octets all_;
	std::size_t size_ = 0;
};

class Registering {
public:
	explicit Registering(const Options &options)
	    : options_(options),
	      registers_(options, std::max<std::size_t>(options.eids,
	                              static_cast<std::size_t>(options.seconds * most_a_second))),
	      socket_({source_address_for(options.to.address).value(), 0}) {}

	// All of the EIDs once, and then for so long.
	void run() {
		const auto begin = Clock::now();
		heard_ = begin;
		while (sent_ < registers_.size()) {
			const auto now = Clock::now();
			if (sent_ >= options_.eids &&
			    std::chrono::duration<double>(now - begin).count() > options_.seconds)
				break;
			const auto open = sent_ - std::min(sent_, answers_ + lost_);
			send(std::min(
			    {most_open - std::min(open, most_open), batch, registers_.size() - sent_}));
			if (receive()) continue;
			if (Clock::now() - heard_ > given_up) {
				lost_ = sent_ - answers_;
				heard_ = Clock::now();
			}
			pollfd wait{socket_.descriptor(), POLLIN, 0};
			poll(&wait, 1, 1);
		}
		const auto seconds = std::chrono::duration<double>(Clock::now() - begin).count();
		std::printf("{\"sent\":%zu,\"answers\":%zu,\"rate\":%.0f}\n", sent_, answers_,
		    static_cast<double>(answers_) / seconds);
	}

private:
	void send(std::size_t count) {
		std::vector<Datagram> datagrams;
		for (std::size_t i = 0; i < count; ++i)
			datagrams.push_back({options_.to, {}, registers_[sent_ + i]});
		if (count > 0) socket_.send(datagrams);
		sent_ += count;
	}

	bool receive() {
		for (std::size_t i = 0; i < batch; ++i) {
			parts_[i] = {rooms_[i].data(), rooms_[i].size()};
			messages_[i] = {};
			messages_[i].msg_hdr.msg_iov = &parts_[i];
			messages_[i].msg_hdr.msg_iovlen = 1;
		}
		const int count =
		    recvmmsg(socket_.descriptor(), messages_.data(), batch, MSG_DONTWAIT, nullptr);
		if (count <= 0) return false;
		answers_ += static_cast<std::size_t>(count);
		heard_ = Clock::now();
		return true;
	}

	Options options_;
	Registers registers_;
	UdpSocket socket_;
	std::size_t sent_ = 0;
	std::size_t answers_ = 0;
	std::size_t lost_ = 0;
	Clock::time_point heard_;
	std::array<std::array<std::uint8_t, 2048>, batch> rooms_{};
	std::array<iovec, batch> parts_{};
	std::array<mmsghdr, batch> messages_{};
};

std::optional<Options> parse(int argc, char **argv) {
	Options options;
	const auto to = argc > 1 ? parse_endpoint(argv[1], control_port) : std::nullopt;
	if (!to || argc % 2 != 0) return std::nullopt;
	options.to = *to;
	for (int i = 2; i < argc; i += 2) {
		const std::string_view name = argv[i];
		if (name == "--eids")
			options.eids = static_cast<std::uint32_t>(std::strtoul(argv[i + 1], nullptr, 10));
		else if (name == "--seconds")
			options.seconds = std::strtod(argv[i + 1], nullptr);
		else if (name == "--key")
			options.key = argv[i + 1];
		else
			return std::nullopt;
	}
	return options.eids > 0 ? std::optional{options} : std::nullopt;
}

} // namespace

int main(int argc, char **argv) {
	const auto options = parse(argc, argv);
	if (!options) {
		std::fprintf(
		    stderr, "usage: registering ADDRESS:PORT --eids N [--seconds S] [--key SECRET]\n");
		return 2;
	}
	Registering{*options}.run();
}
