// The floor of every registration: HMAC-SHA1 over each datagram, and the datagrams sent.
//
//     signing COUNT SIZE
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <unistd.h>
#include <vector>

int main(int argc, char **argv) {
	if (argc != 3) {
		std::fprintf(stderr, "usage: signing COUNT SIZE\n");
		return 2;
	}
	const auto count = std::strtoul(argv[1], nullptr, 10);
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
	for (unsigned long i = 0; i < count; ++i) {
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned length = 0;
		octets[i % octets.size()] ^= 1;
		HMAC(EVP_sha1(), "secret", 6, octets.data(), octets.size(), digest, &length);
		// The receiver's buffer fills up, which is as much work for the sender.
		sendto(sender, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr *>(&sink), size);
	}
	close(receiver);
	close(sender);
}
