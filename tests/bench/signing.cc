// The floors of every registration: HMAC-SHA1 over each datagram, and the datagrams sent; with
// "answered", also as many received and their HMACs computed, as Map-Notifies need it.
//
//     signing COUNT SIZE [answered]
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vector>

namespace {

constexpr unsigned long burst = 64; // fits the receive buffer

void authenticate(const std::vector<unsigned char> &octets) {
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	HMAC(EVP_sha1(), "secret", 6, octets.data(), octets.size(), digest, &length);
}

void receive_all(int receiver, std::vector<unsigned char> &octets) {
	while (recv(receiver, octets.data(), octets.size(), MSG_DONTWAIT) > 0) authenticate(octets);
}

} // namespace

int main(int argc, char **argv) {
	if (argc != 3 && argc != 4) {
		std::fprintf(stderr, "usage: signing COUNT SIZE [answered]\n");
		return 2;
	}
	const auto count = std::strtoul(argv[1], nullptr, 10);
	const bool answered = argc == 4;
	std::vector<unsigned char> octets(std::strtoul(argv[2], nullptr, 10));
	sockaddr_in sink{};
	sink.sin_family = AF_INET;
	sink.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	socklen_t size = sizeof sink;
	const int receiver = socket(AF_INET, SOCK_DGRAM, 0);
	const int sender = socket(AF_INET, SOCK_DGRAM, 0);
	if (bind(receiver, reinterpret_cast<sockaddr *>(&sink), sizeof sink) != 0 ||
	    getsockname(receiver, reinterpret_cast<sockaddr *>(&sink), &size) != 0) {
		std::perror("signing");
		return 1;
	}
	auto received = octets;
	for (unsigned long i = 0; i < count; ++i) {
		octets[i % octets.size()] ^= 1;
		authenticate(octets);
		// Unless answers are wanted, the receiver's buffer fills up: as much work for the sender.
		sendto(sender, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr *>(&sink), size);
		if (answered && (i % burst == burst - 1 || i + 1 == count)) receive_all(receiver, received);
	}
	close(receiver);
	close(sender);
}
