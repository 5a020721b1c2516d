// The floor of every daemon that answers datagrams: each goes back to where it came from, in
// batches.
//
//     echo ADDRESS        prints "ready ADDRESS:PORT" on standard error
#include "net/socket_address.h"
#include "net/udp_socket.h"

#include <sys/socket.h>

#include <array>
#include <cstdio>
#include <poll.h>

namespace {

constexpr std::size_t batch = 64;
constexpr std::size_t room = 2048; // octets

struct Batch {
	std::array<std::array<std::uint8_t, room>, batch> octets;
	std::array<sockaddr_storage, batch> peers;
	std::array<iovec, batch> parts;
	std::array<mmsghdr, batch> messages;

	void empty() {
		for (std::size_t i = 0; i < batch; ++i) {
			parts[i] = {octets[i].data(), room};
			messages[i] = {};
			messages[i].msg_hdr.msg_name = &peers[i];
			messages[i].msg_hdr.msg_namelen = sizeof peers[i];
			messages[i].msg_hdr.msg_iov = &parts[i];
			messages[i].msg_hdr.msg_iovlen = 1;
		}
	}
};

} // namespace

int main(int argc, char **argv) {
	const auto address = argc == 2 ? lisp::IpAddress::parse(argv[1]) : std::nullopt;
	if (!address) {
		std::fprintf(stderr, "usage: echo ADDRESS\n");
		return 2;
	}
	const lisp::UdpSocket socket{lisp::Endpoint{*address, 0}};
	std::fprintf(stderr, "ready %s\n", to_string(socket.local()).c_str());
	static Batch all;
	for (;;) {
		all.empty();
		const int count = recvmmsg(socket.descriptor(), all.messages.data(), batch, 0, nullptr);
		if (count <= 0) {
			pollfd wait{socket.descriptor(), POLLIN, 0};
			poll(&wait, 1, -1);
			continue;
		}
		for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
			all.parts[i].iov_len = all.messages[i].msg_len;
		sendmmsg(socket.descriptor(), all.messages.data(), static_cast<unsigned>(count), 0);
	}
}
