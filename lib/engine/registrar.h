// The ETR's side of registration: keeps the site's EIDs registered with every Map-Server of the
// configuration. RFC 9301 sections 5.6, 5.7 and 8.2.
//
// Knows no socket, clock or file. Events go in with the time at which they happen, effects come
// out, to be carried out in their order; deadline() tells when tick() next has work.
#pragma once

#include "engine/registration.h"

#include <variant>

namespace lisp {

// What the engine is told of the time: that of timers, and nanoseconds since 1970 for nonces.
struct Moment {
	Instant now;
	std::uint64_t wall = 0;
};

struct RegistrarCounters {
	std::uint64_t registers = 0;   // Map-Registers sent, retries included
	std::uint64_t retries = 0;     // because of no Map-Notify
	std::uint64_t notifies = 0;    // Map-Notifies that acknowledged
	std::uint64_t repeated = 0;    // authentic ones for what was answered already
	std::uint64_t unsolicited = 0; // authentic ones that nothing asked for: answered with an Ack
	std::uint64_t unauthentic = 0; // Map-Notifies whose authentication data is wrong
	std::uint64_t strangers = 0;   // from addresses that no Map-Server has
	std::uint64_t unexpected = 0;  // other messages
	std::uint64_t malformed = 0;
	std::uint64_t unknown_vendor = 0; // messages with an LCAF of one
};

struct RegistrationStatus {
	std::string server;  // as the configuration names it
	std::string address; // with its port unless that is 4342; empty while unresolved
	RegistrationState state = RegistrationState::unresolved;
	std::size_t records = 0;
	std::size_t acknowledged = 0;
	std::string error; // why the state is not as it should be; else empty
};

// All that there is to know.
struct RegistrationDetails : RegistrationStatus {
	std::size_t retried = 0;          // records sent again because of no Map-Notify
	std::size_t refused = 0;          // records left out of the last Map-Notify
	std::optional<std::uint64_t> age; // of the last Map-Notify, in seconds
	std::string last_error;           // the last that there was, of now or before
};

class Registrar {
public:
	// Must be in stable storage before the effects after it are carried out.
	struct SaveNonceCeiling {
		std::uint64_t ceiling = 0;
	};
	struct Send {
		Endpoint to;
		Octets octets;
	};
	using Effect = std::variant<SaveNonceCeiling, Send>;
	using Effects = std::vector<Effect>;

	// `nonce_ceiling`: what SaveNonceCeiling asked to keep last time, or 0.
	Registrar(const RegistrationOptions &options, std::uint64_t nonce_ceiling);

	// A configuration, the first or another. Map-Servers whose lines did not change keep their
	// state; registers that changed are sent at once. Indices of Map-Servers are those of the
	// configuration.
	void configure(const SiteConfig &config, Instant now);
	// The EIDs of these sections are as they say; all else stays.
	void change_eids(const SiteConfig &sections, Instant now);
	// Registers nothing any more. With Map-Servers whose lines say so, everything is withdrawn.
	void end(Instant now);
	bool has_withdrawn() const; // what was to be withdrawn, as far as Map-Servers confirm it

	// The own RLOCs that this host had and has no longer, in ascending order: registered as
	// unreachable until they are left out here, whatever is configured meanwhile. Records that
	// change by that are registered at once.
	void set_lost(std::vector<IpAddress> rlocs, Instant now);

	void resolved(std::size_t server, const IpAddress &address, Instant now);
	void unresolved(std::size_t server, const std::string &why);

	// Registers everything everywhere, now; the states start over.
	void register_again(Instant now);
	// Whether Map-Notifies are asked for also where the configuration does not want them.
	void ask_for_notifies(bool always);

	void tick(Moment moment, Effects &effects);
	std::optional<Instant> deadline() const;

	// A ceiling of the tick at that time could not be saved, nothing after it was sent.
	void not_saved(Instant ticked, Instant retry);

	// A datagram that came in, here or at the port of another daemon. The fault of one that cannot
	// be read.
	std::optional<WireError> receive(
	    const Endpoint &from, Bytes datagram, Instant now, Effects &effects);

	std::size_t servers() const { return servers_.size(); }
	const std::string &host(std::size_t server) const { return servers_[server].line().host; }
	const std::optional<Endpoint> &endpoint(std::size_t server) const {
		return servers_[server].endpoint();
	}
	RegistrationStatus status(std::size_t server) const;
	RegistrationDetails details(std::size_t server, Instant now) const;
	// Of one of the records, never partial.
	RegistrationState state_of(std::size_t server, std::uint32_t record) const {
		return servers_[server].state_of(record);
	}
	// Every Map-Server has answered every register.
	bool is_answered() const;
	// Those whose state is another than when this was last asked.
	std::vector<std::size_t> take_changed();

	const SiteRecords &records() const { return records_; }
	const RegistrarCounters &counters() const { return counters_; }
	std::uint64_t lowest_nonce_ceiling() const { return nonces_.lowest_ceiling(); }

private:
	// What was told of a Map-Server.
	struct Told {
		RegistrationState state = RegistrationState::pending;
		std::string last_error;
	};
	void adopt(SiteRecords records, Instant now);
	std::vector<std::size_t> heirs(const std::vector<MapServerLine> &lines) const;

	RegistrationOptions options_;
	bool asks_always_ = false;
	NonceCounter nonces_;
	std::vector<IpAddress> lost_; // own RLOCs
	SiteRecords records_;
	std::vector<Registration> servers_;
	std::vector<Told> told_;
	RegistrarCounters counters_;
	Arena arena_;
};

} // namespace lisp
