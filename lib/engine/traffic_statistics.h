// What a capture shows about a LISP network as a whole: who talks how much, what is asked for and
// registered, which RLOCs do not answer, who floods whom.
#pragma once

#include "engine/address_pair.h"
#include "engine/eid_statistics.h"
#include "engine/transactions.h"

namespace lisp {

struct TrafficLimits {
	// What is recorded exactly; what comes after that is counted as unrecorded.
	std::size_t eids = 65536;
	std::size_t addresses = 65536; // of each kind: RLOCs, those probed, senders of SMRs
	std::size_t pairs = 4096;
	std::size_t top = 10; // rows of tables that name the greatest
	// A storm is more SMRs than this from one source within the second that begins with the first.
	std::uint64_t steady_solicits = 10;
	TransactionLimits transactions{.remembered = 16384};
	RegistrationLimits registrations{};
};

// Takes message after message, in memory that does not grow with their number.
class TrafficStatistics {
public:
	TrafficStatistics(const TrafficLimits &limits, std::uint64_t seed);

	void take(const Dissection &found);

	// Once, after the last message: what has not been answered then counts as unanswered.
	TrafficReport finish();

private:
	struct Amount {
		std::uint64_t messages = 0;
		std::uint64_t octets = 0;
	};
	struct Seen {};
	struct Probes {
		std::uint64_t sent = 0;
		std::uint64_t lost = 0;
	};
	struct Solicits {
		std::uint64_t messages = 0;
		std::uint64_t second_began = 0; // by the clock
		std::uint64_t in_second = 0;
		std::uint64_t most_in_a_second = 0;
		std::uint64_t storms = 0;
	};
	enum Direction : std::uint8_t { to_control, from_control, between_control, data, directions };

	void take_amounts(const Dissection &found);
	void take_faults(const Dissection &found);
	void take_message(const Dissection &found);
	void take_request(const Dissection &found, const MapRequest &request);
	void take_solicit(const IpAddress &source);
	void take_verdict(const Authentication &authentication);
	void take_register(const MapRegister &message);
	void take_reply(const MapReply &reply);
	void take_locators(List<Locator> locators);
	void take_rloc(const IpAddress &rloc);
	void take_ended(std::span<const Transaction> ended);
	void take_probe(const IpAddress &rloc, TransactionResult result);
	template <class Value> Value *use_of(BoundedMap<IpAddress, Value> &map, const IpAddress &key);

	void report_amounts(TrafficReport &report) const;
	void report_addresses(TrafficReport &report) const;
	void report_faults(TrafficReport &report) const;

	TrafficLimits limits_;
	CaptureClock clock_;
	Transactions transactions_;
	EidStatistics eids_;
	BoundedMap<IpAddress, Seen> rloc_addresses_;
	BoundedMap<IpAddress, Probes> probes_;     // by RLOC
	BoundedMap<IpAddress, Solicits> solicits_; // by source
	BoundedMap<AddressPair, Amount> pairs_;

	std::optional<std::uint64_t> first_time_;
	std::optional<std::uint64_t> last_time_;
	std::uint64_t second_ = 0; // since 1970, the one that is counted
	std::uint64_t in_second_ = 0;
	std::uint64_t most_in_a_second_ = 0;
	std::array<Amount, type_names.size()> types_{};
	std::array<Amount, type_names.size()> encapsulated_{};
	std::array<Amount, directions> directions_{};
	std::array<std::uint64_t, 256> priorities_{};
	std::array<std::uint64_t, 8> negative_{}; // by action
	std::array<std::uint64_t, static_cast<std::size_t>(Warning::count_)> warnings_{};
	std::array<std::uint64_t, 3> verdicts_{};
	std::array<TransactionRow, transaction_kinds> ended_{};
	std::vector<FaultRow> errors_;
	RlocCounters rlocs_;
	UnrecordedCounters unrecorded_;
};

} // namespace lisp
