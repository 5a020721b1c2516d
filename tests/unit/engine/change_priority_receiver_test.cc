// What Change-Priority Messages do to an xTR, and what not.
#include "engine/change_priority_lab.h"

namespace lisp {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Kind = EidMove::Kind;

const CpmSender hypervisor{"10.9.0.7"};
const CpmSender other_hypervisor{"10.9.1.7", "other-key"};
const CpmSender xtr{"198.51.100.1", "xtr-key"};
const CpmSender of_2012{"10.8.0.7", "test-cpm-key", Algorithm::hmac_sha1, 0};

const std::string configuration = R"(# of the site
@EID
#Eid-Prefix	Subnet-mask	TTL	Flag
192.0.2.6 32 60 1
192.0.2.1	200	1	1	# ours
198.51.100.1	1	1	0	# theirs
203.0.113.9	7	1	0

@EID
10.1.0.0/16 60 1
192.0.2.1 1 1 1
198.51.100.1 255 1 0

@EID
2001:db8:1::6/128 60 1
2001:db8::1 255 1 1 site=a
2001:db8::2 255 1 0 site=a
2001:db8::3 1 1 0 site=b

@EID
192.0.2.99/32 60 1
198.51.100.1 1 1 0

@HYPERVISOR
10.9.0.0/24 lab-key
10.9.1.0/24 other-key eid=10.1.0.0/16
10.8.0.0/24 test-cpm-key alg=sha1 nonce=random

@XTR
198.51.100.1 xtr-key
)";

constexpr const char *eid = "192.0.2.6/32";
constexpr const char *before = "192.0.2.1 200 198.51.100.1 1 203.0.113.9 7";
constexpr const char *after = "192.0.2.1 1 198.51.100.1 255 203.0.113.9 255";

struct ChangePriorityReceiverTest : testing::Test {
	Xtr site{configuration};

	std::uint64_t nonce(std::int64_t milliseconds = 0) const {
		return site.wall() + static_cast<std::uint64_t>(milliseconds * 1'000'000);
	}
	// Nothing was answered, changed or left to be done.
	void expect_silence() {
		EXPECT_TRUE(site.effects.replies.empty());
		EXPECT_TRUE(site.effects.moves.empty());
		EXPECT_FALSE(site.receiver().next_save(site.now));
		EXPECT_EQ(site.in_memory(eid), before);
	}
};

TEST_F(ChangePriorityReceiverTest, C097_AnArrivalIsSavedThenAnsweredAndTold) {
	site.tell(hypervisor, "", nonce(), eid, {"203.0.113.50"});
	EXPECT_TRUE(site.effects.replies.empty());
	EXPECT_TRUE(site.effects.moves.empty());
	const auto text = site.text();
	site.save();
	EXPECT_EQ(site.code(hypervisor), 0);
	EXPECT_EQ(site.rlocs(eid), after);
	EXPECT_EQ(site.in_memory(eid), after);
	ASSERT_EQ(site.effects.moves.size(), 1U);
	const auto &move = site.effects.moves[0];
	EXPECT_EQ(to_string(move.eid), eid);
	EXPECT_EQ(move.kind, Kind::arrived);
	EXPECT_EQ(move.nonce, nonce());
	ASSERT_EQ(move.addresses.size(), 1U);
	EXPECT_EQ(to_string(move.addresses[0]), "203.0.113.50");
	// Three priorities are all that is another.
	EXPECT_NE(site.text().find("192.0.2.1	1	1	1	# ours\n"), std::string::npos);
	EXPECT_NE(site.text().find("198.51.100.1	255	1	0	# theirs\n"), std::string::npos);
	EXPECT_EQ(site.text().size(), text.size() - 2 + 2 + 2);
}

TEST_F(ChangePriorityReceiverTest, PrioritiesAreSetNotExchanged) {
	for (int i = 0; i < 3; ++i) {
		site.tell(hypervisor, "H", nonce(i), eid);
		if (i == 0) site.save();
		EXPECT_EQ(site.code(hypervisor), i == 0 ? 0 : 1);
		EXPECT_EQ(site.rlocs(eid), after);
	}
	EXPECT_EQ(site.counters().no_change, 2U);
}

TEST_F(ChangePriorityReceiverTest, OtherXtrsOfTheSiteAreNoStrangers) {
	site.tell(hypervisor, "H", nonce(), "2001:db8:1::6/128");
	site.save();
	EXPECT_EQ(site.rlocs("2001:db8:1::6/128"), "2001:db8::1 1 2001:db8::2 1 2001:db8::3 255");
}

TEST_F(ChangePriorityReceiverTest, C094_NothingWithoutTheRightKey) {
	const auto good = Xtr::message(hypervisor, "H", nonce(), eid);
	for (std::size_t at = 0; at < good.size(); ++at) {
		auto flipped = good;
		flipped[at] ^= 1;
		site.take(hypervisor, flipped);
		expect_silence();
	}
	auto wrong = hypervisor;
	wrong.secret = "guess";
	site.tell(wrong, "H", nonce(), eid);
	expect_silence();
	EXPECT_GT(site.counters().bad_authentication, 40U);
	wrong.key_id = 3;
	site.tell(wrong, "H", nonce(), eid);
	EXPECT_GT(site.counters().unknown_key, 0U);
	wrong = hypervisor;
	wrong.address = "10.7.0.1";
	site.tell(wrong, "H", nonce(), eid);
	expect_silence();
	EXPECT_EQ(site.counters().unknown_source, 1U);
}

TEST_F(ChangePriorityReceiverTest, EveryTruncationIsDropped) {
	const auto good = Xtr::message(hypervisor, "H", nonce(), eid, {"203.0.113.50"});
	for (std::size_t size = 0; size < good.size(); ++size) {
		site.take(hypervisor, Octets(good.begin(), good.begin() + static_cast<long>(size)));
		expect_silence();
	}
	EXPECT_EQ(site.counters().malformed, good.size());
}

TEST_F(ChangePriorityReceiverTest, OnlyHypervisorsSendHAndOnlyXtrsNAndR) {
	auto as_xtr = xtr;
	for (const auto *flags : {"", "H"}) {
		site.tell(as_xtr, flags, nonce(), eid);
		expect_silence();
	}
	for (const auto *flags : {"N", "R"}) {
		site.tell(hypervisor, flags, nonce(), eid, {"198.51.100.1"});
		expect_silence();
	}
	EXPECT_EQ(site.counters().unknown_source, 4U);
}

TEST_F(ChangePriorityReceiverTest, C095_ADuplicateIsAnsweredAgainALowerNonceIsNot) {
	const auto first = Xtr::message(hypervisor, "H", nonce(), eid);
	const auto lower = Xtr::message(hypervisor, "H", nonce(-1), eid);
	site.take(hypervisor, first);
	site.take(hypervisor, first); // before the answer is ready
	EXPECT_TRUE(site.effects.replies.empty());
	site.save();
	EXPECT_EQ(site.code(hypervisor), 0);
	// Meanwhile somebody has it otherwise.
	site.tell(xtr, "N", nonce(1), eid, {"198.51.100.1"});
	site.save();
	const auto text = site.text();
	site.take(hypervisor, first);
	EXPECT_EQ(site.code(hypervisor), 0);
	EXPECT_TRUE(site.effects.moves.empty());
	site.take(hypervisor, lower);
	EXPECT_TRUE(site.effects.replies.empty());
	EXPECT_FALSE(site.receiver().next_save(site.now));
	EXPECT_EQ(site.text(), text);
	EXPECT_EQ(site.counters().duplicates, 2U);
	EXPECT_EQ(site.counters().replayed, 1U);
}

TEST_F(ChangePriorityReceiverTest, C095_ACapturedMessageIsTooOldHalfAMinuteLater) {
	const auto message = Xtr::message(hypervisor, "H", nonce(), eid);
	site.now += std::chrono::milliseconds{30'001};
	site.take(hypervisor, message);
	EXPECT_EQ(site.code(hypervisor), 20);
	EXPECT_FALSE(site.receiver().next_save(site.now));
	EXPECT_EQ(site.in_memory(eid), before);
	site.tell(hypervisor, "H", nonce(30'001), eid);
	EXPECT_EQ(site.code(hypervisor), 20);
}

TEST_F(ChangePriorityReceiverTest, C095_RandomNoncesCountOnce) {
	const auto message = Xtr::message(of_2012, "", 0x0102030405060708, eid);
	site.take(of_2012, message);
	site.save();
	EXPECT_EQ(site.code(of_2012), 0);
	site.now += minutes{20};
	site.take(of_2012, message);
	EXPECT_EQ(site.code(of_2012), 0);
	EXPECT_TRUE(site.effects.moves.empty());
	// A lower one is as good as any.
	site.tell(of_2012, "", 5, "2001:db8:1::6/128");
	site.save();
	EXPECT_EQ(site.code(of_2012), 0);
}

TEST_F(ChangePriorityReceiverTest, MessagesOf2012AreUnderstood) {
	const auto octets = parse_hex("580000000102030405060708000100142fd1644b515fa96b89245624040b4daa"
	                              "362f1493200001c0000206")
	                        .value();
	site.take(of_2012, octets);
	site.save();
	EXPECT_EQ(site.code(of_2012), 0);
	EXPECT_EQ(site.rlocs(eid), after);
}

TEST_F(ChangePriorityReceiverTest, C096_OtherEidsAreRefused) {
	const std::vector<std::pair<const char *, int>> cases{{"192.0.2.7/32", 16}, {"10.1.2.3/32", 17},
	    {"10.1.0.0/17", 17}, {"10.0.0.0/8", 16}, {"192.0.2.99/32", 18}, {"2001:db8::/32", 16}};
	std::int64_t later = 0;
	for (const auto &[wanted, code] : cases) {
		site.tell(hypervisor, "H", nonce(++later), wanted);
		EXPECT_EQ(site.code(hypervisor), code) << wanted;
		EXPECT_FALSE(site.receiver().next_save(site.now));
	}
	EXPECT_EQ(site.counters().no_such_eid, 3U);
}

TEST_F(ChangePriorityReceiverTest, ASenderHasItsEids) {
	site.tell(other_hypervisor, "H", nonce(), eid);
	EXPECT_EQ(site.code(other_hypervisor), 21);
	site.tell(other_hypervisor, "H", nonce(1), "10.1.0.0/16");
	EXPECT_EQ(site.code(other_hypervisor), 1);
}

TEST_F(ChangePriorityReceiverTest, AHostMayHaveASectionOfItsOwn) {
	Xtr splitting{configuration, {true, 0, true}};
	splitting.tell(hypervisor, "H", nonce(), "10.1.2.3/32");
	splitting.save();
	EXPECT_EQ(splitting.code(hypervisor), 0);
	EXPECT_EQ(splitting.rlocs("10.1.2.3/32"), "192.0.2.1 1 198.51.100.1 255");
	EXPECT_EQ(splitting.rlocs("10.1.0.0/16"), "192.0.2.1 1 198.51.100.1 255");
	EXPECT_EQ(splitting.in_memory("10.1.2.3/32"), splitting.rlocs("10.1.2.3/32"));
	splitting.tell(hypervisor, "H", nonce(1), "10.1.0.0/17");
	EXPECT_EQ(splitting.code(hypervisor), 17);
}

TEST_F(ChangePriorityReceiverTest, TheSourceStepsDown) {
	site.tell(hypervisor, "H", nonce(), eid);
	site.save();
	site.tell(xtr, "N", nonce(5), eid, {"198.51.100.1", "2001:db8:5::1"});
	site.save();
	EXPECT_EQ(site.code(xtr), 0);
	EXPECT_EQ(site.rlocs(eid), "192.0.2.1 255 198.51.100.1 1 203.0.113.9 255 2001:db8:5::1 1");
	EXPECT_EQ(site.in_memory(eid), site.rlocs(eid));
	EXPECT_EQ(site.effects.moves.at(0).kind, Kind::left);
	// What is there already is not added again.
	site.tell(xtr, "N", nonce(6), eid, {"198.51.100.1", "2001:db8:5::1"});
	EXPECT_EQ(site.code(xtr), 1);
}

TEST_F(ChangePriorityReceiverTest, ThirdPartiesFollow) {
	site.tell(xtr, "N", nonce(), "192.0.2.99/32", {"203.0.113.9"});
	site.save();
	EXPECT_EQ(site.rlocs("192.0.2.99/32"), "198.51.100.1 255 203.0.113.9 1");
	EXPECT_EQ(site.effects.moves.at(0).kind, Kind::elsewhere);
}

TEST_F(ChangePriorityReceiverTest, WhoAskedIsToldOfWhileTheEidIsHere) {
	site.tell(hypervisor, "H", nonce(), eid);
	site.save();
	site.tell(xtr, "R", nonce(), eid, {"203.0.113.77"});
	EXPECT_EQ(site.code(xtr), 1);
	ASSERT_EQ(site.effects.moves.size(), 1U);
	EXPECT_EQ(site.effects.moves[0].kind, Kind::reported);
	EXPECT_EQ(to_string(site.effects.moves[0].addresses.at(0)), "203.0.113.77");
	site.tell(xtr, "N", nonce(1), eid, {"198.51.100.1"});
	site.save();
	site.tell(xtr, "R", nonce(2), eid, {"203.0.113.78"});
	EXPECT_EQ(site.code(xtr), 19);
	EXPECT_TRUE(site.effects.moves.empty());
}

TEST_F(ChangePriorityReceiverTest, TheLaterMoveWins) {
	site.tell(hypervisor, "H", nonce(10), eid);
	site.save();
	// Another xTR had it before: it learns that it has gone.
	site.tell(xtr, "N", nonce(9), eid, {"198.51.100.1"});
	EXPECT_EQ(site.code(xtr), 19);
	ASSERT_EQ(site.effects.moves.size(), 1U);
	EXPECT_TRUE(site.effects.moves[0].told_again);
	EXPECT_EQ(site.effects.moves[0].nonce, nonce(10));
	EXPECT_EQ(to_string(site.effects.moves[0].addresses.at(0)), xtr.address);
	EXPECT_EQ(site.rlocs(eid), after);
	// It goes there later, and what the hypervisor here said before that comes late.
	site.tell(xtr, "N", nonce(12), eid, {"198.51.100.1"});
	site.save();
	site.tell(hypervisor, "H", nonce(11), eid);
	EXPECT_EQ(site.code(hypervisor), 19);
	// And comes back within the second.
	site.tell(hypervisor, "H", nonce(500), eid);
	site.save();
	EXPECT_EQ(site.code(hypervisor), 0);
	EXPECT_EQ(site.rlocs(eid), after);
}

TEST_F(ChangePriorityReceiverTest, AllThatWaitShareASave) {
	std::string text = "@HYPERVISOR\n10.9.0.0/24 lab-key\n";
	for (int i = 0; i < 200; ++i)
		text += "@EID\n10.2.0." + std::to_string(i) + "/32 1 1\n192.0.2.1 2 1 1\n192.0.2.2 1 1 0\n";
	Xtr large{text};
	large.tell(hypervisor, "H", nonce(), "10.2.0.0/32");
	const auto first = large.receiver().next_save(large.now);
	ASSERT_TRUE(first);
	EXPECT_EQ(first->size(), 2U);
	for (int i = 1; i < 200; ++i)
		large.tell(hypervisor, "H", nonce(), "10.2.0." + std::to_string(i) + "/32");
	EXPECT_FALSE(large.receiver().next_save(large.now)); // the disk is busy
	large.effects = {};
	large.receiver().saved(true, large.now, large.effects);
	EXPECT_EQ(large.effects.replies.size(), 1U);
	const auto second = large.receiver().next_save(large.now);
	ASSERT_TRUE(second);
	EXPECT_EQ(second->size(), 398U);
	large.effects = {};
	large.receiver().saved(true, large.now, large.effects);
	EXPECT_EQ(large.effects.replies.size(), 199U);
	EXPECT_FALSE(large.receiver().deadline());
}

TEST_F(ChangePriorityReceiverTest, ANewNonceWaitsForWhatIsBeingSaved) {
	site.tell(hypervisor, "H", nonce(), eid);
	ASSERT_TRUE(site.receiver().next_save(site.now));
	site.tell(hypervisor, "H", nonce(1), eid);
	EXPECT_TRUE(site.effects.replies.empty());
	site.effects = {};
	site.receiver().saved(true, site.now, site.effects);
	EXPECT_EQ(site.code(hypervisor), 0);
	const auto none = site.receiver().next_save(site.now);
	ASSERT_TRUE(none);
	EXPECT_TRUE(none->empty());
	site.effects = {};
	site.receiver().saved(true, site.now, site.effects);
	EXPECT_EQ(site.code(hypervisor), 1);
}

TEST_F(ChangePriorityReceiverTest, AFileThatCannotBeWrittenHoldsNothingUp) {
	site.tell(hypervisor, "H", nonce(), eid);
	site.save(false);
	EXPECT_EQ(site.code(hypervisor), 2);
	EXPECT_EQ(site.effects.moves.size(), 1U);
	EXPECT_EQ(site.in_memory(eid), after);
	EXPECT_EQ(site.rlocs(eid), before);
	EXPECT_EQ(site.receiver().deadline(), site.now + seconds{1});
	EXPECT_FALSE(site.receiver().next_save(site.now));
	site.now += seconds{1};
	site.save(false);
	EXPECT_TRUE(site.effects.replies.empty());
	EXPECT_EQ(site.receiver().deadline(), site.now + seconds{2});
	site.now += seconds{2};
	site.save();
	EXPECT_EQ(site.rlocs(eid), after);
	EXPECT_TRUE(site.effects.moves.empty());
	EXPECT_FALSE(site.receiver().deadline());
}

TEST_F(ChangePriorityReceiverTest, AStaleEditorsBufferUndoesNothing) {
	const auto stale = site.text();
	site.tell(hypervisor, "H", nonce(), eid);
	site.save();
	site.now += minutes{9};
	site.text() = stale;
	const auto undone = site.reload();
	ASSERT_EQ(undone.size(), 1U);
	EXPECT_EQ(to_string(undone[0]), eid);
	EXPECT_EQ(site.in_memory(eid), after);
	site.save();
	EXPECT_EQ(site.rlocs(eid), after);
	EXPECT_TRUE(site.effects.replies.empty());
	// Later it is what somebody wants.
	site.now += minutes{2};
	site.text() = stale;
	EXPECT_TRUE(site.reload().empty());
	EXPECT_EQ(site.in_memory(eid), before);
}

TEST_F(ChangePriorityReceiverTest, AnEidThatIsRemovedMeanwhileHoldsNobodyUp) {
	site.tell(hypervisor, "H", nonce(), eid);
	site.save(false);
	site.text() = site.text().substr(site.text().find("@EID\n10.1"));
	EXPECT_TRUE(site.reload().empty());
	site.now += seconds{1};
	site.tell(hypervisor, "H", nonce(), "2001:db8:1::6/128");
	site.save();
	EXPECT_EQ(site.code(hypervisor), 0);
	EXPECT_FALSE(site.receiver().deadline());
}

TEST_F(ChangePriorityReceiverTest, C099_AnAcknowledgementIsNoOrder) {
	site.tell(hypervisor, "A", nonce(), eid);
	expect_silence();
	EXPECT_EQ(site.counters().acknowledgements, 1U);
}

TEST_F(ChangePriorityReceiverTest, AnRlocIsAlwaysInUse) {
	for (const auto *flags : {"H", "N", "H", "N", "N"}) {
		site.now += seconds{1};
		site.tell(*flags == 'H' ? hypervisor : xtr, flags, nonce(), eid, {"198.51.100.1"});
		if (site.receiver().deadline()) site.save();
		EXPECT_NE((site.rlocs(eid) + ' ').find(" 1 "), std::string::npos) << site.rlocs(eid);
	}
}

TEST_F(ChangePriorityReceiverTest, TypeFifteenNamesItsReceiver) {
	Xtr modern{configuration, {false, 4090, true}};
	const MovedEid moved{32, IpAddress::parse("192.0.2.6").value(), {}};
	ChangePriority content;
	content.layout = ChangePriorityLayout::extension;
	content.from_hypervisor = true;
	content.nonce = nonce();
	const Octets zeros(32);
	content.authentication = {0, Algorithm::hmac_sha256, zeros, {}};
	content.eids = std::span<const MovedEid>(&moved, 1);
	const auto send = [&](const std::string &target, std::uint16_t sub_type) {
		content.target_rloc = IpAddress::parse(target).value();
		content.sub_type = sub_type;
		auto octets = encode(content).operator*();
		Key{hypervisor.secret}.sign(octets, TakenAs::change_priority);
		modern.take(hypervisor, octets);
	};
	send("192.0.2.2", 4090);
	send("192.0.2.1", 4091);
	EXPECT_EQ(modern.counters().other_target, 2U);
	EXPECT_FALSE(modern.receiver().deadline());
	send("192.0.2.1", 4090);
	modern.save();
	EXPECT_EQ(modern.rlocs(eid), after);
	ASSERT_EQ(modern.effects.replies.size(), 1U);
	EXPECT_EQ(to_hex(Bytes{modern.effects.replies[0].octets}.first(4)), "fffa1001");
}

TEST_F(ChangePriorityReceiverTest, MemoryOfRandomNoncesIsBounded) {
	SeenChanges seen;
	ChangePriorityPeers::Peer peer{{}, true, {}, Key{"k"}, std::nullopt};
	const auto any = EidPrefix::parse(eid).value();
	for (std::uint64_t each = 0; each < 70'000; ++each) seen.judge(peer, any, each, site.now);
	EXPECT_LE(seen.size(), 65'537U);
	EXPECT_EQ(seen.judge(peer, any, 69'999, site.now).verdict, SeenChanges::Verdict::duplicate);
	EXPECT_EQ(seen.judge(peer, any, 1, site.now).verdict, SeenChanges::Verdict::fresh);
	seen.judge(peer, any, 1, site.now + std::chrono::hours{25});
	EXPECT_EQ(seen.size(), 1U);
}

} // namespace
} // namespace lisp
