// What a Map-Server does about Map-Registers that were captured: the rules C-109, C-110 and C-121
// where many xTRs, many keys or a reload are involved.
#include "engine/map_server_lab.h"

namespace lisp {
namespace {

using namespace map_server_lab;

Endpoint source(std::uint32_t number) {
	return {IpAddress::v4(0x0a000000 + number), 50010};
}

Register from_site(std::uint64_t nonce) {
	return Register{nonce}.add("203.0.113.0/24", {locator("198.51.100.9", 1)});
}

Register identified(std::uint64_t nonce, std::uint16_t xtr) {
	auto message = from_site(nonce);
	message.message.identity = XtrIdentity{};
	message.message.identity->xtr_id = {
	    static_cast<std::uint8_t>(xtr >> 8), static_cast<std::uint8_t>(xtr)};
	return message;
}

// Without effect on what is registered, so that the xTR has nothing that keeps it.
Register empty_handed(Register message) {
	message.locators[0].clear();
	return message;
}

TEST(MapServerReplay, C109_AnotherAddressDoesNotMakeAnOldRegisterNew) {
	Lab lab;
	auto message = from_site(1000);
	lab.send(message);
	EXPECT_EQ(reason(lab.send(message, source(1))), MapServerDrop::replayed);
	EXPECT_EQ(reason(lab.send(from_site(999), source(2))), MapServerDrop::replayed);
	EXPECT_EQ(lab.server.xtrs().size(), 1U) << "what is replayed takes no room";
	EXPECT_EQ(reason(lab.send(from_site(1001), source(3))), std::nullopt);
}

// Their clocks are not quite the same.
TEST(MapServerReplay, C109_TwoXtrsWithOneKeyCountForThemselves) {
	Lab lab;
	EXPECT_EQ(reason(lab.send(from_site(1000), source(1))), std::nullopt);
	EXPECT_EQ(reason(lab.send(from_site(1010), source(2))), std::nullopt);
	EXPECT_EQ(reason(lab.send(from_site(1005), source(1))), std::nullopt);
	EXPECT_EQ(reason(lab.send(from_site(1005), source(1))), MapServerDrop::resent);
	EXPECT_EQ(reason(lab.send(from_site(1004), source(1))), MapServerDrop::replayed);
	EXPECT_EQ(reason(lab.send(from_site(1007), source(3))), MapServerDrop::replayed);
}

TEST(MapServerReplay, C109_XtrIdsAndAddressesCountApart) {
	Lab lab;
	EXPECT_EQ(reason(lab.send(identified(5000, 1))), std::nullopt);
	EXPECT_EQ(reason(lab.send(identified(100, 2))), std::nullopt);
	EXPECT_EQ(reason(lab.send(from_site(10))), std::nullopt);
}

TEST(MapServerReplay, KeyOutlivesManyChangesOfAddress) {
	Lab lab;
	const auto many = RegisteringXtrs::max_per_key + 100;
	for (std::uint32_t i = 0; i < many; ++i) {
		lab.now += 1s;
		ASSERT_EQ(reason(lab.send(empty_handed(from_site(1000 + i)), source(i))), std::nullopt);
	}
	EXPECT_EQ(lab.server.xtrs().size(), RegisteringXtrs::max_per_key);
	EXPECT_EQ(reason(lab.send(from_site(1000), source(0))), MapServerDrop::replayed)
	    << "forgotten, but its nonce is not";
}

TEST(MapServerReplay, ForgottenXtrIdsLeaveTheirNonces) {
	Lab lab;
	for (std::uint16_t i = 0; i <= RegisteringXtrs::max_per_key; ++i) {
		lab.now += 1s;
		ASSERT_EQ(reason(lab.send(empty_handed(identified(1000U + i, i)))), std::nullopt);
	}
	EXPECT_EQ(reason(lab.send(identified(1000, 0))), MapServerDrop::replayed);
	EXPECT_EQ(reason(lab.send(identified(1001, 0))), std::nullopt);
	EXPECT_EQ(reason(lab.send(from_site(1))), std::nullopt) << "the others were heard of late";
}

TEST(MapServerReplay, XtrWithARegistrationIsNotForgotten) {
	Lab lab;
	lab.send(from_site(1), source(0));
	for (std::uint32_t i = 1; i <= RegisteringXtrs::max_per_key; ++i)
		lab.send(empty_handed(from_site(1000 + i)), source(i));
	EXPECT_EQ(reason(lab.send(from_site(2), source(0))), std::nullopt);
	EXPECT_EQ(lab.eids(), 1U);
}

TEST(MapServerReplay, KeyOfTooManyXtrsThatAreAllRegisteredTakesNoMore) {
	MapServerConfig config;
	config.sites.push_back(site("big", "golden-key-1", {eid("10.0.0.0/8", true)}));
	Lab lab{config};
	for (std::uint32_t i = 0; i < RegisteringXtrs::max_per_key; ++i) {
		const auto prefix = to_string(source(i).address) + "/32";
		lab.send(Register{1000 + i}.add(prefix.c_str(), {locator("198.51.100.9", 1)}), source(i));
	}
	EXPECT_EQ(lab.eids(), RegisteringXtrs::max_per_key);
	const auto last = Register{5000}.add("10.9.9.9/32", {locator("198.51.100.9", 1)});
	EXPECT_EQ(reason(lab.send(last, source(9999))), MapServerDrop::too_many_xtrs);
	lab.now += 180s;
	lab.server.expire(lab.now);
	EXPECT_EQ(reason(lab.send(last, source(9999))), std::nullopt);
}

MapServerConfig with_keys(std::vector<SiteKeyLine> keys) {
	auto config = golden_config();
	config.sites[0].keys = std::move(keys);
	return config;
}

Register with_key_id(std::uint64_t nonce, std::uint8_t key_id) {
	auto message = from_site(nonce);
	message.message.authentication.key_id = key_id;
	return message;
}

TEST(MapServerReplay, ReloadTellsKeysOfOneSecretByTheirIds) {
	const SiteKeyLine first{"golden-key-1", 1, false, {}};
	const SiteKeyLine second{"golden-key-1", 2, false, {}};
	Lab lab{with_keys({first, second})};
	lab.send(with_key_id(1000, 1));
	lab.send(with_key_id(5000, 2));
	lab.server.reload(with_keys({second, first}), lab.now);
	EXPECT_EQ(reason(lab.send(with_key_id(4000, 2))), MapServerDrop::replayed);
	EXPECT_EQ(reason(lab.send(with_key_id(2000, 1))), std::nullopt);
}

TEST(MapServerReplay, ReloadThatMakesTwoKeysOneKeepsTheHigherNonce) {
	const SiteKeyLine first{"golden-key-1", 1, false, {}};
	const SiteKeyLine second{"golden-key-1", 2, false, {}};
	for (const bool higher_first : {true, false}) {
		Lab lab{with_keys({first, second})};
		lab.send(with_key_id(higher_first ? 5000 : 1000, 1));
		lab.send(with_key_id(higher_first ? 1000 : 5000, 2));
		lab.server.reload(with_keys({{"golden-key-1", 0, true, {}}}), lab.now);
		EXPECT_EQ(lab.server.xtrs().size(), 1U);
		EXPECT_EQ(reason(lab.send(with_key_id(4000, 1))), MapServerDrop::replayed);
		EXPECT_EQ(reason(lab.send(with_key_id(4000, 2), source(1))), MapServerDrop::replayed);
		EXPECT_EQ(reason(lab.send(with_key_id(5001, 2))), std::nullopt);
		lab.server.reload(with_keys({second}), lab.now);
		EXPECT_EQ(reason(lab.send(with_key_id(5001, 2))), MapServerDrop::resent);
	}
}

Register of_version(std::uint64_t nonce, std::uint16_t map_version) {
	auto message = from_site(nonce);
	message.records[0].map_version = map_version;
	return message;
}

// RFC 9302 sections 5 and 6.
TEST(MapServerReplay, C121_OlderMapVersionIsDropped) {
	struct Case {
		std::uint16_t registered, offered;
		bool older;
	};
	const std::vector<Case> cases{{5, 4, true}, {5, 5, false}, {5, 6, false}, {69, 2117, false},
	    {69, 2118, true}, {4095, 1, false}, {1, 4095, true}, {5, 0, false}, {0, 5, false},
	    {0x800, 0, false}, {1, 2049, false}, {2049, 1, true}};
	for (const auto &c : cases) {
		Lab lab;
		lab.send(of_version(1, c.registered));
		for (int i = 0; i < 2; ++i) {
			const auto outcome = lab.send(of_version(2, c.offered));
			EXPECT_EQ(outcome.send.empty(), c.older) << c.registered << ' ' << c.offered;
			EXPECT_EQ(reason(outcome) == MapServerDrop::older_map_version, c.older);
		}
		EXPECT_EQ(lab.server.counters().older_map_version, c.older ? 2U : 0U);
	}
}

TEST(MapServerReplay, C121_OneOlderMapVersionLosesTheWholeMessage) {
	Lab lab;
	lab.send(of_version(1, 5));
	lab.send(of_version(2, 4).add("2001:db8:1::/48", {locator("198.51.100.9", 1)}));
	EXPECT_EQ(lab.eids(), 1U);
	auto anothers = of_version(2, 5).add("192.0.2.0/24", {locator("198.51.100.9", 1)});
	EXPECT_EQ(reason(lab.send(anothers)), MapServerDrop::foreign_eid);
	EXPECT_EQ(lab.server.counters().map_registers, 2U);
}

TEST(MapServerReplay, C121_WithdrawalAndExpiryMakeRoomForAnyMapVersion) {
	Lab lab;
	lab.send(of_version(1, 5));
	lab.send(empty_handed(of_version(2, 5)));
	EXPECT_EQ(reason(lab.send(of_version(3, 4))), std::nullopt);
	lab.now += 180s;
	EXPECT_EQ(reason(lab.send(of_version(4, 3))), std::nullopt);
}

} // namespace
// RFC 6830 has nonces of 0 in Map-Registers, and peers have random ones.
TEST(MapServerReplay, KeyOfXtrsWhoseNoncesDoNotRiseTakesAny) {
	auto config = golden_config();
	config.sites[0].keys[0].any_nonce = true;
	Lab lab{config};
	for (const auto nonce : {0U, 0U, 7U, 5U, 5U}) {
		lab.now += 170s;
		const auto outcome =
		    lab.send(Register{nonce}.add("203.0.113.0/24", {locator("192.0.2.1", 1)}));
		EXPECT_EQ(reason(outcome), std::nullopt);
		EXPECT_EQ(outcome.send.size(), 1U);
	}
	lab.now += 170s;
	EXPECT_EQ(lab.eids(), 1U);
}

} // namespace lisp
