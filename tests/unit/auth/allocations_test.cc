// What a daemon does for every message that it hears allocates nothing of its own: decode, check
// and sign. OpenSSL allocates by itself; how often is counted apart. A program of its own, because
// OpenSSL takes another allocator only before anything else has used it.
#include "auth/hmac.h"
#include "golden_packets.h"
#include "message/dissection.h"

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace {

long own_allocations = 0;
long openssl_allocations = 0;

void *counted(std::size_t size) {
	++own_allocations;
	void *octets = std::malloc(size == 0 ? 1 : size);
	if (octets == nullptr) std::abort();
	return octets;
}

void *openssl_malloc(std::size_t size, const char *, int) {
	++openssl_allocations;
	return std::malloc(size);
}
void *openssl_realloc(void *octets, std::size_t size, const char *, int) {
	++openssl_allocations;
	return std::realloc(octets, size);
}
void openssl_free(void *octets, const char *, int) {
	std::free(octets);
}

} // namespace

void *operator new(std::size_t size) {
	return counted(size);
}
void *operator new[](std::size_t size) {
	return counted(size);
}
void operator delete(void *octets) noexcept {
	std::free(octets);
}
void operator delete[](void *octets) noexcept {
	std::free(octets);
}
void operator delete(void *octets, std::size_t) noexcept {
	std::free(octets);
}
void operator delete[](void *octets, std::size_t) noexcept {
	std::free(octets);
}

namespace lisp {
namespace {

constexpr int rounds = 1000;

struct Allocations {
	long own = 0;
	long openssl = 0; // the most in one round
};

// Of `rounds` rounds, after one that warms up what grows once.
template <class Work> Allocations count(Work work) {
	work();
	Allocations found;
	const auto own_before = own_allocations;
	for (int i = 0; i < rounds; ++i) {
		const auto before = openssl_allocations;
		work();
		found.openssl = std::max(found.openssl, openssl_allocations - before);
	}
	found.own = own_allocations - own_before;
	return found;
}

TEST(Allocations, CountersCount) {
	const auto own_before = own_allocations;
	const auto openssl_before = openssl_allocations;
	const Key key{"golden-key-1"};
	EXPECT_GT(own_allocations, own_before);
	EXPECT_GT(openssl_allocations, openssl_before);
}

TEST(Allocations, NoneToDecodeOrDissectAnyGoldenPacket) {
	Arena arena;
	for (const auto &[name, packet] : golden_packets()) {
		Captured captured;
		captured.octets = packet.octets;
		captured.length = packet.octets.size();
		captured.data = packet.destination_port == data_port;
		const auto found = count([&] {
			arena.reset();
			(void)decode(captured.octets, arena);
			(void)dissect(captured, arena);
		});
		EXPECT_EQ(found.own, 0) << name;
		EXPECT_EQ(found.openssl, 0) << name;
	}
}

TEST(Allocations, NoneToDissectMessagesInsideOneAnother) {
	auto octets = golden("REQ-V4").octets;
	for (int i = 0; i < 5; ++i) {
		Octets outer(data_header_size + 28 + octets.size());
		Writer out{std::span{outer}.subspan(data_header_size)};
		write_udp_packet(out, {IpAddress::v4(0x0a000001), 50000},
		    {IpAddress::v4(0x0a000002), i == 0 ? control_port : data_port}, 64, octets);
		octets = outer;
	}
	Captured captured;
	captured.octets = octets;
	captured.length = octets.size();
	captured.data = true;
	Arena arena;
	const auto found = count([&] {
		arena.reset();
		EXPECT_NE(dissect(captured, arena).inner, nullptr);
	});
	EXPECT_EQ(found.own, 0);
}

// OpenSSL 3.0 makes two digest contexts a computation, and others where it is keyed anew.
TEST(Allocations, NoneOfOurOwnToCheckOrSign) {
	Key key{"golden-key-1"};
	const struct {
		const char *packet;
		long openssl; // at most, for one computation
	} cases[]{{"REG-SHA1-20", 2}, {"REG-SHA256-32", 2}, {"INFO-REQ", 2}, {"CPM-SEED", 2},
	    {"REG-HKDF-16", 15}};
	for (const auto &[name, openssl] : cases) {
		auto octets = golden(name).octets;
		const auto checking = count([&] { EXPECT_TRUE(key.verify(octets)); });
		const auto signing = count([&] { EXPECT_TRUE(key.sign(octets)); });
		for (const auto &found : {checking, signing}) {
			EXPECT_EQ(found.own, 0) << name;
			EXPECT_LE(found.openssl, openssl) << name;
		}
	}
}

} // namespace
} // namespace lisp

int main(int argc, char **argv) {
	if (CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) != 1) return 1;
	testing::InitGoogleTest(&argc, argv);
	return RUN_ALL_TESTS();
}
