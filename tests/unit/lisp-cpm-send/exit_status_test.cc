// The status that the answers of one xTR or of several make.
#include "lisp-cpm-send/exit_status.h"

#include <gtest/gtest.h>

namespace lisp {
namespace {

// What came of one message: a code, or else whether it was sent.
struct Answer {
	std::optional<unsigned> code;
	bool sent = true;
};
const Answer done{0}, no_change{1}, degraded{2}, no_such_eid{16}, not_permitted{21};
const Answer silence{}, lost{std::nullopt, false};

ChangeOutcome outcome(const Answer &answer, const char *eid) {
	ChangeOutcome result{*EidPrefix::parse(eid), {}, std::nullopt, 4, answer.sent ? 0U : 4U, {}};
	if (answer.code) result.result = static_cast<ChangeResult>(*answer.code);
	return result;
}

int status(const std::vector<Answer> &of_one_eid, const CpmWanted &wanted = {}) {
	std::vector<ChangeOutcome> outcomes;
	for (const auto &answer : of_one_eid) outcomes.push_back(outcome(answer, "192.0.2.6"));
	return static_cast<int>(exit_status(outcomes, wanted));
}

constexpr CpmWanted any{true, true};

TEST(CpmExitStatus, OfOneXtr) {
	EXPECT_EQ(status({done}), 0);
	EXPECT_EQ(status({no_change}), 0);
	EXPECT_EQ(status({silence}), 2);
	EXPECT_EQ(status({lost}), 71);
	for (unsigned code = 16; code < 256; ++code) EXPECT_EQ(status({{code}}), 3) << code;
	// What is not known is not done.
	for (unsigned code = 2; code < 16; ++code) EXPECT_EQ(status({{code}}), 4) << code;
}

TEST(CpmExitStatus, OfAllXtrs) {
	EXPECT_EQ(status({done, no_change}), 0);
	EXPECT_EQ(status({done, degraded}), 4);
	EXPECT_EQ(status({done, degraded, no_such_eid}), 3);
	EXPECT_EQ(status({done, silence}), 1);
	EXPECT_EQ(status({done, lost}), 1);
	EXPECT_EQ(status({not_permitted, silence}), 1) << "some acknowledged";
	EXPECT_EQ(status({silence, silence}), 2);
	EXPECT_EQ(status({silence, lost}), 2);
	EXPECT_EQ(status({lost, lost}), 71);
}

TEST(CpmExitStatus, OfAnyXtr) {
	EXPECT_EQ(status({done, silence}, any), 0);
	EXPECT_EQ(status({no_such_eid, silence, no_change}, any), 0);
	EXPECT_EQ(status({degraded, no_such_eid, lost}, any), 4);
	EXPECT_EQ(status({no_such_eid, silence}, any), 3);
	EXPECT_EQ(status({silence, lost}, any), 2);
	EXPECT_EQ(status({lost, lost}, any), 71);
}

TEST(CpmExitStatus, OfAnyXtrForEachEid) {
	const auto status_of = [](const Answer &first, const Answer &second) {
		const std::vector outcomes{outcome(first, "192.0.2.6"), outcome(silence, "192.0.2.6"),
		    outcome(silence, "2001:db8::6"), outcome(second, "2001:db8::6")};
		return static_cast<int>(exit_status(outcomes, any));
	};
	EXPECT_EQ(status_of(done, no_change), 0);
	EXPECT_EQ(status_of(done, silence), 1);
	EXPECT_EQ(status_of(done, no_such_eid), 3);
	EXPECT_EQ(status_of(degraded, done), 4);
	EXPECT_EQ(status_of(silence, silence), 2);
}

TEST(CpmExitStatus, WhereNoAcknowledgementIsWanted) {
	constexpr CpmWanted all_sent{false, false};
	constexpr CpmWanted any_sent{true, false};
	EXPECT_EQ(status({silence, silence}, all_sent), 0);
	EXPECT_EQ(status({silence, lost}, all_sent), 1);
	EXPECT_EQ(status({silence, lost}, any_sent), 0);
	EXPECT_EQ(status({lost, lost}, any_sent), 71);
}

} // namespace
} // namespace lisp
