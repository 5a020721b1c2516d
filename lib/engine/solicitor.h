// Telling ITRs to ask again for an EID that has moved. RFC 9301 section 6.1.
//
// Pure: what is to be sent comes out of next() at deadline().
#pragma once

#include "config/site_config.h"
#include "engine/datagram.h"
#include "engine/instant.h"
#include "message/map_request.h"
#include "print/fields.h"

#include <deque>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace lisp {

struct SolicitorCounters {
	std::uint64_t solicited = 0; // SMRs sent
	std::uint64_t limited = 0;   // times that one had to wait for its RLOC's limit
	std::uint64_t no_rloc = 0;   // of the ITR's family here: not sent
	std::uint64_t dropped = 0;   // as too many waited
	std::uint64_t gates_timed_out = 0;
};

class Solicitor {
public:
	struct Options {
		// Between two SMRs to one RLOC; 0 for no limit.
		std::chrono::nanoseconds interval = std::chrono::seconds{3};
		// An ITR that asks before the EID is registered anew is told the old RLOCs, and may not ask
		// again soon: its SMR waits for the registration, but no longer than this; then it is
		// repeated once after the interval.
		std::chrono::nanoseconds gate = std::chrono::milliseconds{300};
		std::chrono::nanoseconds repeat = std::chrono::seconds{3};
		std::size_t most_waiting = 65'536;
	};

	explicit Solicitor(const Options &options);

	// An EID that is reached by `own` now. What waits for an earlier move of it is replaced.
	void moved(const EidPrefix &eid, std::vector<IpAddress> own, Instant now);
	// ITRs that have, or may have, its old RLOCs; each is told once a move. Without effect for
	// an EID that has not moved here.
	void solicit(const EidPrefix &eid, const std::vector<IpAddress> &itrs, Instant now);
	void registered(const EidPrefix &eid, Instant now); // a Map-Server has it anew
	// It has moved elsewhere: who is there tells.
	void left(const EidPrefix &eid);

	// The next SMR that is due, under `nonce`, 64 random bits; nullopt where none is. Valid until
	// the next call.
	std::optional<Datagram> next(Instant now, std::uint64_t nonce);
	std::optional<Instant> deadline() const;

	const SolicitorCounters &counters() const { return counters_; }

private:
	struct Move {
		std::vector<IpAddress> own;
		std::set<IpAddress> told; // or will be
		std::map<IpAddress, Instant> waiting;
		std::set<IpAddress> repeats; // of those waiting
		Instant gate{};
		bool is_open = false; // registered
	};
	using Moves = std::map<EidPrefix, Move>;

	void add(Moves::iterator move, const IpAddress &itr, Instant due);
	void put_off(Moves::iterator move, const IpAddress &itr, Instant due);
	void forget(Instant now);
	std::optional<Datagram> send(
	    Moves::iterator at, const IpAddress &itr, Instant now, std::uint64_t nonce);
	Datagram encode_solicit(
	    const EidPrefix &eid, const IpAddress &own, const IpAddress &itr, std::uint64_t nonce);

	Options options_;
	Moves moves_;
	std::deque<std::pair<Instant, EidPrefix>> ends_;
	std::set<std::tuple<Instant, EidPrefix, IpAddress>> due_;    // all that wait
	std::unordered_map<IpAddress, Instant, IpAddressHash> last_; // SMR to each RLOC
	SolicitorCounters counters_;
	Octets room_;
};

template <>
inline constexpr auto fields<SolicitorCounters> = std::tuple{
    Field{"smrs-sent", &SolicitorCounters::solicited},
    Field{"smrs-put-off", &SolicitorCounters::limited},
    Field{"smrs-without-rloc", &SolicitorCounters::no_rloc},
    Field{"smrs-dropped", &SolicitorCounters::dropped},
    Field{"smrs-before-registration", &SolicitorCounters::gates_timed_out},
};

} // namespace lisp
