// Every golden packet of a type that the library decodes: read, written back, signed.
#include "auth/hmac.h"
#include "golden_packets.h"
#include "message/message.h"

#include <set>

namespace lisp {
namespace {

// Written back they differ by what their comment in the file says: checksums that are wrong on
// purpose are computed right, records beyond the Record Count are not kept.
const std::set<std::string> not_canonical{"ECM-ZEROSUM", "ECM-BADSUM", "ACK-LISPERS"};
// Types whose bodies are kept as octets, or which belong to the data plane.
const std::set<std::string> not_control{"DATA-NLI", "DATA-V", "DATA-GPE", "CPM-SEED"};

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, C009_DecodesAndEncodesToTheSameOctets) {
	const auto &packet = golden(GetParam());
	Arena arena;
	const auto decoded = decode(packet.octets, arena);
	ASSERT_FALSE(decoded.error) << to_string(*decoded.error);
	const auto encoded = encode(decoded.message);
	ASSERT_TRUE(encoded) << to_string(encoded.error());
	if (!not_canonical.contains(GetParam())) {
		EXPECT_EQ(to_hex(*encoded), to_hex(packet.octets));
	}
}

TEST_P(Golden, C008_EveryTruncationFailsInsideOrIsWhole) {
	const auto &packet = golden(GetParam());
	for (std::size_t size = 0; size < packet.octets.size(); ++size) {
		// A copy of exactly this size, so that AddressSanitizer sees any step beyond.
		const Octets cut(packet.octets.begin(), packet.octets.begin() + static_cast<long>(size));
		Arena arena;
		const auto decoded = decode(cut, arena);
		if (decoded.error) {
			EXPECT_LE(decoded.error->offset, size) << size;
		}
	}
}

std::vector<std::string> control_names() {
	std::vector<std::string> names;
	for (const auto &[name, packet] : golden_packets())
		if (!not_control.contains(name)) names.push_back(name);
	return names;
}

INSTANTIATE_TEST_SUITE_P(
    Packets, Golden, testing::ValuesIn(control_names()), [](const auto &packet) {
	    auto name = packet.param;
	    for (auto &c : name)
		    if (c == '-') c = '_';
	    return name;
    });

TEST(Authentication, C041_GoldenMacsVerifyAndAreReproduced) {
	int checked = 0;
	for (const auto &[name, packet] : golden_packets()) {
		const auto type = packet.octets[0] >> 4;
		if (type < 3 || type > 5 || packet.key == "-" || packet.key == "(none)") continue;
		// The first is bad on purpose, the second authenticates without its trailer.
		if (name == "REG-TAMPERED" || name == "REG-XTRID-LIT") continue;
		Key key{packet.key};
		EXPECT_TRUE(key.verify(packet.octets)) << name;
		auto copy = packet.octets;
		copy[authentication_data_offset] ^= 1;
		EXPECT_FALSE(key.verify(copy)) << name;
		ASSERT_TRUE(key.sign(copy)) << name;
		EXPECT_EQ(to_hex(copy), to_hex(packet.octets)) << name;
		++checked;
	}
	EXPECT_GE(checked, 17);
}

TEST(Authentication, C108_TamperedMessageIsRefused) {
	EXPECT_FALSE(Key{"golden-key-1"}.verify(golden("REG-TAMPERED").octets));
}

} // namespace
} // namespace lisp
