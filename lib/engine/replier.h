// The site's answer to Map-Requests and RLOC probes, and the sorting of all that else arrives at
// the control port. RFC 9301 sections 5.2 to 5.5, 5.8 and 7.1.
//
// Pure: datagrams come in as values, what to do about each comes out as a value.
#pragma once

#include "engine/datagram.h"
#include "engine/eid_records.h"
#include "engine/instant.h"
#include "engine/itr_rloc.h"
#include "engine/recent_requesters.h"
#include "engine/reply_limit.h"
#include "message/message.h"
#include "print/fields.h"

#include <array>
#include <functional>
#include <memory>
#include <variant>

namespace lisp {

// Why a datagram was not answered.
enum class DropReason : std::uint8_t {
	malformed,
	unknown_vendor,
	unexpected_type,
	inner_ip_checksum,
	inner_checksum_zero,
	inner_checksum_bad,
	inner_data_port,
	inner_not_map_request,
	encapsulated_probe,
	lisp_sec,
	dont_map_reply,
	no_usable_itr_rloc,
	itr_rloc_refused,
	not_owned,
	rate_limited,
	source_limited,
	total_limited,
	smr_limited,
	too_large,
};

std::string_view name(DropReason reason);

struct ReplierCounters {
	std::uint64_t received = 0;
	std::uint64_t map_requests = 0; // well-formed, encapsulated ones and probes included
	std::uint64_t encapsulated = 0;
	std::uint64_t probes = 0;
	std::uint64_t map_replies = 0; // to probes included
	std::uint64_t probe_replies = 0;
	std::uint64_t negative_records = 0;
	std::uint64_t handed_on = 0;

	std::uint64_t malformed = 0;
	std::uint64_t unknown_vendor = 0;
	std::uint64_t unexpected_type = 0;
	std::uint64_t inner_ip_checksum = 0;
	std::uint64_t inner_checksum_zero = 0;
	std::uint64_t inner_checksum_bad = 0;
	std::uint64_t inner_data_port = 0;
	std::uint64_t inner_not_map_request = 0;
	std::uint64_t encapsulated_probe = 0;
	std::uint64_t lisp_sec = 0;
	std::uint64_t dont_map_reply = 0;
	std::uint64_t no_usable_itr_rloc = 0;
	std::uint64_t itr_rloc_refused = 0;
	std::uint64_t not_owned = 0;
	std::uint64_t rate_limited = 0;
	std::uint64_t source_limited = 0;
	std::uint64_t total_limited = 0;
	std::uint64_t smr_limited = 0;
	std::uint64_t too_large = 0;

	std::uint64_t answered_octets = 0; // of the datagrams that the Map-Replies answer
	std::uint64_t reply_octets = 0;    // of the Map-Replies
};

template <>
inline constexpr auto fields<ReplierCounters> = std::tuple{
    Field{"received", &ReplierCounters::received},
    Field{"map-requests", &ReplierCounters::map_requests},
    Field{"encapsulated", &ReplierCounters::encapsulated},
    Field{"probes", &ReplierCounters::probes},
    Field{"map-replies", &ReplierCounters::map_replies},
    Field{"probe-replies", &ReplierCounters::probe_replies},
    Field{"negative-records", &ReplierCounters::negative_records},
    Field{"handed-on", &ReplierCounters::handed_on},
    Field{"malformed", &ReplierCounters::malformed},
    Field{"unknown-vendor", &ReplierCounters::unknown_vendor},
    Field{"unexpected-type", &ReplierCounters::unexpected_type},
    Field{"inner-ip-checksum", &ReplierCounters::inner_ip_checksum},
    Field{"inner-checksum-zero", &ReplierCounters::inner_checksum_zero},
    Field{"inner-checksum-bad", &ReplierCounters::inner_checksum_bad},
    Field{"inner-data-port", &ReplierCounters::inner_data_port},
    Field{"inner-not-map-request", &ReplierCounters::inner_not_map_request},
    Field{"encapsulated-probe", &ReplierCounters::encapsulated_probe},
    Field{"lisp-sec", &ReplierCounters::lisp_sec},
    Field{"dont-map-reply", &ReplierCounters::dont_map_reply},
    Field{"no-usable-itr-rloc", &ReplierCounters::no_usable_itr_rloc},
    Field{"itr-rloc-refused", &ReplierCounters::itr_rloc_refused},
    Field{"not-owned", &ReplierCounters::not_owned},
    Field{"rate-limited", &ReplierCounters::rate_limited},
    Field{"source-limited", &ReplierCounters::source_limited},
    Field{"total-limited", &ReplierCounters::total_limited},
    Field{"smr-limited", &ReplierCounters::smr_limited},
    Field{"too-large", &ReplierCounters::too_large},
    Field{"answered-octets", &ReplierCounters::answered_octets},
    Field{"reply-octets", &ReplierCounters::reply_octets},
};

// A message that is another daemon's to act on.
struct HandOn {
	enum class Recipient : std::uint8_t {
		registrar,     // Map-Notify
		mapping_table, // Map-Reply, SMR
		mobility,      // Change-Priority Message
	};
	Recipient recipient;
	Bytes octets; // the control message, out of its encapsulation
};

struct Dropped {
	DropReason reason;
	WireError error; // of a malformed message
};

class Replier {
public:
	struct Options {
		// Map-Replies a second to one destination RLOC, sustained; RFC 9301 section 5.4 recommends
		// one in three seconds. 0 for no limit of any kind.
		double rate = 1.0 / 3;
		unsigned burst = 8; // at once: repeats, and one host's interest in a few EIDs
		// To all destinations together.
		double total_rate = 20'000;
		unsigned total_burst = 20'000;
		// Of SMRs that are handed on, from all sources together; from one, the rate of Map-Replies
		// at its wish. Who acts on them has limits of its own for each EID (section 6.1).
		double smr_rate = 1'000;
		unsigned smr_burst = 1'000;
		std::uint64_t seed = 0;
		bool accept_zero_checksum = false; // of the UDP header within an ECM
		// Whether who asks for LISP-SEC gets a Map-Reply without (RFC 9303), or none.
		bool answer_lisp_sec = true;
		std::uint16_t sub_type = 0; // of type 15 that tells of moves; 0: none
		Families sendable;
		// Aggregates of the site. An EID within one that no configured EID-prefix covers is denied:
		// the reply names the hole around it (RFC 9301 section 8.4). Any other gets silence.
		std::vector<EidPrefix> negative;
		// Of a Map-Reply: packets of 576 and 1280 octets, RFC 9301 section 5.
		std::size_t max_octets_ipv4 = 576 - 20 - 8;
		std::size_t max_octets_ipv6 = 1280 - 40 - 8;
	};
	using Outcome = std::variant<Datagram, HandOn, Dropped>;

	// Of those who share it together.
	struct Limits {
		explicit Limits(const Options &options);
		ReplyLimit replies; // of each destination
		ReplyLimit probe_replies;
		ReplyLimit sources;
		TokenBucket total;
		TokenBucket smrs;
	};

	Replier(EidRecords eids, const Options &options);
	// One of several, each on a thread of its own, that answer for one site.
	Replier(std::shared_ptr<const EidRecords> eids, const Options &options,
	    std::shared_ptr<Limits> limits);

	// One Map-Reply to send at most; it has the source port that was asked, and the address, but
	// to a probe that of the interface (RFC 9301 section 7.1), which the system knows. Allocates
	// nothing once the largest message has been seen.
	Outcome receive(const Arrival &arrival, Instant now);

	// The same for each of several, in their order, but for the time that they wait for memory. An
	// outcome is valid until `use` returns.
	using Use = std::function<void(const Arrival &, const Outcome &)>;
	void receive(std::span<const Arrival> arrivals, Instant now, const Use &use);

	void replace(EidRecords eids) { replace(std::make_shared<const EidRecords>(std::move(eids))); }
	void replace(std::shared_ptr<const EidRecords> eids) { eids_ = std::move(eids); }
	const EidRecords &eids() const { return *eids_; }

	// Whether Change-Priority Messages are handed on, and who asks for what is remembered.
	void follow_moves(bool follows);
	// Empty unless they are.
	const RecentRequesters &requesters() const { return requesters_; }
	const ReplierCounters &counters() const { return counters_; }

private:
	// A Map-Request and how it came.
	struct Asked {
		const MapRequest &request; // in the arena
		const Arrival &arrival;
		std::uint16_t port; // that the Map-Request came from; the inner one of an ECM
		Bytes octets;
		bool encapsulated;
	};
	using Sorted = std::variant<Asked, Outcome>;

	Sorted sort(const Arrival &arrival);
	bool tells_of_move(Bytes datagram);
	Sorted sort_encapsulated(const EncapsulatedControl &message, const Arrival &arrival);
	void prefetch();
	Outcome act_on(const Sorted &sorted, Instant now);
	Outcome on_request(const Asked &asked, Instant now);
	Outcome on_solicit(const Asked &asked, Instant now);
	Outcome reply(const Asked &asked, const ItrRlocChoice &choice, Instant now);
	std::optional<DropReason> limited(
	    const Asked &asked, const IpAddress &destination, Instant now);
	IpAddress otherwise(
	    const ItrRlocChoice &choice, std::size_t size, ReplyLimit &limit, Instant now) const;
	std::size_t max_octets(const IpAddress &destination) const;
	ReplyLimit &limit_of(const Asked &asked);
	bool select(List<RequestedEid> requested);
	bool select_within(const EidPrefix &prefix);
	bool select_hole(const EidPrefix &eid);
	bool is_selected(PrefixIndex::Value number) const;
	bool is_full() const;
	void write_records(Writer &out, const IpAddress *probed);
	void write_record(Writer &out, Bytes record, std::uint32_t ttl, const IpAddress *probed);
	void write_negative(Writer &out, const EidPrefix &hole);

	std::shared_ptr<const EidRecords> eids_;
	Options options_;
	std::shared_ptr<Limits> limits_;
	bool follows_moves_ = false;
	RecentRequesters requesters_;
	ReplierCounters counters_;
	Arena arena_;
	std::vector<Sorted> batch_;
	std::vector<EidPrefix> wanted_;            // by the batch
	std::vector<PrefixIndex::Value> selected_; // EID-records of the reply in hand
	std::vector<EidPrefix> holes_;             // and its negative ones
	std::size_t most_ = 0;                     // that it has room for, if they are the smallest
	Octets room_;
};

} // namespace lisp
