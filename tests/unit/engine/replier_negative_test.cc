// Negative Map-Replies of a site: within its aggregates alone, and the holes that a model without
// any index computes. RFC 9301 sections 5.4 and 8.4.
#include "engine/replier.h"

#include <gtest/gtest.h>

#include <random>

namespace lisp {
namespace {

EidPrefix eid(const char *text) {
	return EidPrefix::parse(text).value();
}

SiteConfig site(const std::vector<EidPrefix> &eids) {
	SiteConfig config;
	config.rlocs.emplace_back();
	config.rlocs[0].rloc = IpAddress::parse("198.51.100.9").value();
	for (const auto &each : eids) {
		EidSection section;
		section.eid = each;
		section.ttl = RecordTtl{1440};
		section.rloc_count = 1;
		config.eids.push_back(section);
	}
	return config;
}

// What a Map-Reply says of one EID-prefix.
struct Said {
	EidPrefix eid;
	std::uint32_t ttl = 0;
	Action action = Action::no_action;
	bool authoritative = false;
	std::size_t locators = 0;

	bool operator==(const Said &) const = default;
};

Said denied(const EidPrefix &hole) {
	return {hole, 15, Action::natively_forward, true, 0};
}
Said owned(const EidPrefix &eid) {
	return {eid, 1440, Action::no_action, true, 1};
}

class Etr {
public:
	Etr(const std::vector<EidPrefix> &eids, const std::vector<EidPrefix> &aggregates)
	    : replier(EidRecords{site(eids)}, options(aggregates)) {}

	// Empty without a reply.
	std::vector<Said> ask(const std::vector<EidPrefix> &eids, bool probe = false) {
		Arena arena;
		std::vector<RequestedEid> records;
		for (const auto &each : eids)
			records.push_back({each.length, false, eid_address(each, arena)});
		const std::vector<Address> itr_rlocs{itr};
		MapRequest request;
		request.probe = probe;
		request.records = records;
		request.itr_rlocs = itr_rlocs;
		const auto octets = encode(Message{request});
		return said(replier.receive({{itr, 50000}, {asked, control_port}, *octets}, Instant{}));
	}

	Replier replier;

private:
	static Replier::Options options(const std::vector<EidPrefix> &aggregates) {
		Replier::Options result;
		result.rate = 0;
		result.negative = aggregates;
		return result;
	}
	static std::vector<Said> said(const Replier::Outcome &outcome) {
		const auto *datagram = std::get_if<Datagram>(&outcome);
		if (datagram == nullptr) return {};
		Arena arena;
		const auto reply = decode_as<MapReply>(datagram->octets, arena);
		EXPECT_TRUE(reply);
		std::vector<Said> result;
		for (const auto &record : reply->records)
			result.push_back({eid_prefix(record.eid, record.mask_length).value(),
			    record.ttl.count(), record.action, record.authoritative, record.locators.size()});
		return result;
	}

	const IpAddress itr = IpAddress::parse("198.51.100.1").value();
	const IpAddress asked = IpAddress::parse("198.51.100.9").value();
};

using List = std::vector<Said>;

TEST(Replier, C083_C124_DeniesTheHoleWithinAnAggregate) {
	Etr etr{{eid("203.0.113.0/24")}, {eid("203.0.112.0/20")}};
	EXPECT_EQ(etr.ask({eid("203.0.120.1")}), List{denied(eid("203.0.120.0/21"))});
	EXPECT_EQ(etr.ask({eid("203.0.112.5")}), List{denied(eid("203.0.112.0/24"))});
	EXPECT_EQ(etr.ask({eid("203.0.114.9")}), List{denied(eid("203.0.114.0/23"))});
	EXPECT_EQ(etr.ask({eid("203.0.113.7")}), List{owned(eid("203.0.113.0/24"))});
	EXPECT_EQ(etr.replier.counters().negative_records, 3U);
	EXPECT_EQ(etr.replier.counters().not_owned, 0U);
}

TEST(Replier, C083_IsSilentOutsideOfItsAggregates) {
	Etr etr{{eid("203.0.113.0/24")}, {eid("203.0.112.0/20"), eid("[7]10.0.0.0/8")}};
	for (const auto *text :
	    {"203.0.128.1", "10.0.0.1", "[8]10.0.0.1", "2001:db8::1", "203.0.0.0/16", "203.0.112.0/23"})
		EXPECT_EQ(etr.ask({eid(text)}), List{}) << text;
	EXPECT_EQ(etr.replier.counters().not_owned, 6U);
	EXPECT_EQ(etr.ask({eid("[7]10.0.0.1")}), List{denied(eid("[7]10.0.0.0/8"))});
}

TEST(Replier, WidestOfOverlappingAggregatesCounts) {
	Etr etr{{eid("10.128.0.0/9")}, {eid("10.1.0.0/16"), eid("10.0.0.0/8"), eid("10.1.2.0/24")}};
	EXPECT_EQ(etr.ask({eid("10.1.2.3")}), List{denied(eid("10.0.0.0/9"))});
}

TEST(Replier, C082_OneReplyHoldsWhatIsOwnedAndEachHoleOnce) {
	Etr etr{{eid("203.0.113.0/24")}, {eid("203.0.112.0/20")}};
	EXPECT_EQ(etr.ask({eid("203.0.120.1"), eid("192.0.2.1"), eid("203.0.113.7"), eid("203.0.121.1"),
	              eid("203.0.112.9")}),
	    (List{owned(eid("203.0.113.0/24")), denied(eid("203.0.120.0/21")),
	        denied(eid("203.0.112.0/24"))}));
}

TEST(Replier, C077_ProbeOfWhatIsNoLongerOwnedIsDenied) {
	Etr etr{{eid("203.0.113.0/24")}, {eid("203.0.112.0/20")}};
	EXPECT_EQ(etr.ask({eid("203.0.120.0/24")}, true), List{denied(eid("203.0.120.0/21"))});
}

// The shortest prefix, no wider than the aggregate, that holds the EID and overlaps none.
std::optional<EidPrefix> model_hole(
    const std::vector<EidPrefix> &eids, const EidPrefix &asked, unsigned base) {
	for (auto length = base; length <= asked.length; ++length) {
		const auto candidate = EidPrefix::make(asked.address, length, asked.instance).value();
		if (std::none_of(eids.begin(), eids.end(),
		        [&](const auto &each) { return each.covers(candidate) || candidate.covers(each); }))
			return candidate;
	}
	return std::nullopt;
}

// A prefix within 10.0.0.0/8 or [7]2001:db8::/32, often near another.
EidPrefix any_prefix(std::mt19937 &random) {
	const bool v6 = random() % 2 == 0;
	auto address = v6 ? eid("2001:db8::1").address : eid("10.0.0.0").address;
	for (std::size_t i = v6 ? 4 : 1; i < (v6 ? 16U : 4U); ++i)
		address.octets[i] = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : random() % 2);
	const auto least = v6 ? 28U : 6U;
	const auto length = least + static_cast<unsigned>(random()) % (v6 ? 101 : 27);
	return EidPrefix::make(address, length, v6 ? 7 : 0).value();
}

std::vector<EidPrefix> some_prefixes(std::mt19937 &random, std::size_t most) {
	std::vector<EidPrefix> result;
	for (auto count = random() % (most + 1); count > 0; --count)
		if (const auto one = any_prefix(random);
		    std::find(result.begin(), result.end(), one) == result.end())
			result.push_back(one);
	return result;
}

TEST(Replier, C124_HolesAreThoseOfTheModel) {
	std::mt19937 random{20220101};
	int holes = 0;
	for (int round = 0; round < 2000; ++round) {
		const auto eids = some_prefixes(random, 6);
		const auto aggregates = some_prefixes(random, 4);
		Etr etr{eids, aggregates};
		const auto asked = any_prefix(random);
		unsigned base = 129;
		for (const auto &each : aggregates)
			if (each.covers(asked)) base = std::min<unsigned>(base, each.length);
		const bool is_owned = std::any_of(
		    eids.begin(), eids.end(), [&](const auto &each) { return each.covers(asked); });
		const auto said = etr.ask({asked});
		if (is_owned) {
			ASSERT_FALSE(said.empty());
			EXPECT_EQ(said[0].locators, 1U);
			continue;
		}
		const auto hole = model_hole(eids, asked, base);
		holes += hole ? 1 : 0;
		EXPECT_EQ(said, hole ? List{denied(*hole)} : List{}) << to_string(asked);
	}
	EXPECT_GT(holes, 100);
}

} // namespace
} // namespace lisp
