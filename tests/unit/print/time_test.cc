#include "golden_packets.h"
#include "print/printer.h"

#include <cstdlib>
#include <ctime>

namespace lisp {
namespace {

constexpr std::uint64_t second = 1'000'000'000;

std::string shown(std::uint64_t seconds, TimeForm form) {
	Text text;
	append_time(text, seconds * second + 1, form);
	return text.str();
}

// Central European Time, of which the C library knows without any file.
class LocalTime : public testing::Test {
protected:
	LocalTime() { use("CET-1CEST,M3.5.0,M10.5.0/3"); }
	~LocalTime() override { use("UTC0"); }

	static void use(const char *zone) {
		setenv("TZ", zone, 1);
		tzset();
		shown(0, TimeForm::local); // another quarter of an hour than any below
	}
};

TEST_F(LocalTime, KnowsTheZone) {
	EXPECT_EQ(shown(1338465600, TimeForm::local), "2012-05-31T14:00:00.000000001+02:00");
	EXPECT_EQ(shown(1325376000, TimeForm::local), "2012-01-01T01:00:00.000000001+01:00");
	use("NST3:30");
	EXPECT_EQ(shown(1325376000, TimeForm::local), "2011-12-31T20:30:00.000000001-03:30");
}

TEST_F(LocalTime, ChangesWithinADay) {
	// 2012-03-25, 01:00 UTC
	EXPECT_EQ(shown(1332637199, TimeForm::local), "2012-03-25T01:59:59.000000001+01:00");
	EXPECT_EQ(shown(1332637200, TimeForm::local), "2012-03-25T03:00:00.000000001+02:00");
}

TEST_F(LocalTime, BeginsBeforeUtc) {
	use("EST5");
	EXPECT_EQ(shown(3600, TimeForm::local), "1969-12-31T20:00:00.000000001-05:00");
}

std::string printed(Printer &printer, std::optional<std::uint64_t> time) {
	Captured captured;
	captured.octets = golden("REQ-V4").octets;
	captured.length = captured.octets.size();
	captured.time = time;
	Arena arena;
	printer.buffer().clear();
	printer.print(dissect(captured, arena));
	const auto line = printer.buffer().str();
	return line.substr(0, line.find(' '));
}

TEST(TimeDelta, IsSinceTheMessageBefore) {
	Printer printer{{Format::line, TimeForm::delta}};
	EXPECT_EQ(printed(printer, 50 * second), "0.000000000");
	EXPECT_EQ(printed(printer, 52 * second + 5), "2.000000005");
	EXPECT_EQ(printed(printer, 52 * second), "-0.000000005") << "out of order";
	EXPECT_EQ(printed(printer, std::nullopt), "map-request,");
	EXPECT_EQ(printed(printer, 53 * second), "1.000000000");
}

} // namespace
} // namespace lisp
