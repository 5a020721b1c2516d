// The registration of a site with one Map-Server: what is to be sent when, and what was
// acknowledged. RFC 9301 sections 5.6, 5.7 and 8.2. Every Map-Server has its own, with a key of its
// own, so that none waits for another.
#pragma once

#include "engine/nonce_counter.h"
#include "engine/record_changes.h"
#include "engine/shared_key.h"
#include "engine/withdrawals.h"

#include <queue>
#include <set>
#include <string>

namespace lisp {

struct RegistrationOptions {
	std::chrono::seconds interval{60}; // between registers that are acknowledged
	std::size_t mtu = 0;               // octets of the IP packet; 0: 576 for IPv4, 1280 for IPv6
	bool always_notify = false;        // M whatever the configuration says
};

enum class RegistrationState : std::uint8_t {
	unresolved, // no address yet
	pending,    // sent or about to be, and nothing heard that long that it would mean anything
	sent,       // without asking for a Map-Notify
	acknowledged,
	partial, // some records, or some registers of several
	refused, // a Map-Notify, with none of the records
	timeout, // no Map-Notify to several registers
};
std::string_view name(RegistrationState state);

class Registration {
public:
	Registration(const MapServerLine &line, const RegistrationOptions &options);

	// Nothing but the place in the file differs; or that and the key.
	bool is_for(const MapServerLine &line) const;
	bool is_but_for_the_key(const MapServerLine &line) const;
	const MapServerLine &line() const { return line_; }

	// Another key. The one before is tried as well, every second time, until a Map-Notify comes
	// under the new one; where none is asked for, for five minutes.
	void change_key(const MapServerLine &line, const SiteRecords &records, Instant now);

	// The Map-Server's address became known, or another. Everything is registered at once.
	void resolved(const IpAddress &address, const SiteRecords &records, Instant now);
	void unresolved(std::string why); // counts until the first address is known
	const std::optional<Endpoint> &endpoint() const { return endpoint_; }

	// Other records. What changed is due at once: where the Map-Server may take a register for all
	// that there is of the site (whole-site), the register that it is in; else the records alone,
	// while the registers that they belong to keep their state and their time. Records that are
	// gone are withdrawn, if the line says so.
	void change(const RecordChanges &changes, const SiteRecords &after, Instant now);
	// What the Map-Server confirms, or else has been told once.
	bool has_withdrawn() const {
		return !endpoint_ || withdrawals_.empty() ||
		       (!asks_for_notify() && withdrawals_.are_sent());
	}

	// Everything is due at once and counts as unacknowledged.
	void register_again(Instant now);
	// Whether Map-Notifies are asked for although the configuration does not want them. With the
	// end of that goes what they told.
	void ask_for_notifies(bool always);
	// The registers drawn up at that time could not be sent.
	void postpone(Instant drawn_up, Instant until);

	// Whether a register is due. Registers leave in bursts with short pauses, so that the
	// Map-Server can take them all.
	bool is_due(Instant now) const;
	struct Register {
		Octets octets;
		bool again = false; // the one before was not answered
	};
	Register next_register(const SiteRecords &records, std::uint64_t nonce, Instant now);
	std::optional<Instant> deadline() const;

	// A Map-Notify, from this Map-Server by its address: the key by which it is authentic, or
	// nullptr.
	SharedKey *signer(const ReceivedNotify &notify);
	bool knows_nonce(std::uint64_t nonce) const; // of a register sent in the last minutes
	// One that `signer` has signed, with a nonce that is known. False where its register is
	// answered already.
	bool acknowledge(const SiteRecords &records, const ReceivedNotify &notify,
	    const SharedKey *signer, Instant now);
	// The answer to one with any other nonce.
	static Octets acknowledgement(const MapNotify &notify, SharedKey &signer);

	RegistrationState state() const;
	// Every register has its Map-Notify, or was sent where none is asked for.
	bool is_answered() const {
		return asks_for_notify() ? answered_ == whole_ && waiting_ == 0 : never_sent_ == 0;
	}
	std::string explanation() const; // of a state that is not as it should be; else empty

	// Of the records, how many are acknowledged; have been left out of a Map-Notify; are sent
	// again because of no Map-Notify.
	std::size_t acknowledged_records() const { return acknowledged_; }
	std::size_t refused_records() const { return refused_.size(); }
	std::size_t retried_records() const;
	RegistrationState state_of(std::uint32_t record) const; // never partial
	std::optional<Instant> last_notify() const { return last_notify_; }

private:
	// The records of one datagram. Each is a registration of its own, with retries of its own. The
	// first `whole_` of them have every record once and are repeated for ever; behind them are
	// differences, records of those that changed, until the Map-Server has them. Both are in the
	// order of their records.
	struct Part {
		enum class Answer : std::uint8_t { none, silence, notify } answer = Answer::none;
		SiteRecords::Run run;
		std::uint8_t acknowledged = 0; // records
		std::uint8_t attempts = 0;     // registers sent since the last Map-Notify
		std::uint32_t place = 0;       // in the period, of 2^32; 0: none yet
		std::uint64_t first_nonce = 0; // of those
		Instant sent{};
		Instant due{};
	};
	struct Due {
		Instant when;
		std::uint32_t part;
		auto operator<=>(const Due &) const = default;
	};
	struct Outstanding {
		std::uint64_t nonce;
		std::uint32_t part;
		Instant sent;
	};
	static constexpr std::uint32_t no_part = 0xffffffff;
	static constexpr auto quick_time = std::chrono::minutes(5); // RFC 9301 section 8.2
	static constexpr Instant never = Instant::max(); // when a difference is due that is done

	// What one of the first parts becomes of, when records change.
	struct Successor {
		SiteRecords::Run run;
		std::uint32_t of = no_part;
	};

	bool asks_for_notify() const { return wants_notify_ || asks_always_; }
	std::size_t room() const;
	std::vector<Part> make_parts(const SiteRecords &records) const;
	void reset(std::vector<Part> parts, std::size_t differences = 0);
	std::vector<Successor> successors(const RecordChanges &changes, const SiteRecords &after) const;
	std::uint32_t part_of(std::uint32_t record) const;
	std::size_t first_difference(std::uint32_t record) const; // from that record on
	bool is_settled(const Part &part, bool wholly) const;
	std::vector<bool> unsettled(const RecordChanges &changes) const;
	std::size_t still_refused(SiteRecords::Run run, const std::vector<bool> &changed) const;
	void inherit(Part &part, const Part &from, std::size_t unacknowledged, Instant now) const;
	void renumber_refused(const RecordChanges &changes);
	void cancel_withdrawals(const RecordChanges &changes, const SiteRecords &after);
	void finish(Part &difference);
	void finish_within(SiteRecords::Run run);
	void set_answer(Part &part, Part::Answer answer, std::uint8_t acknowledged);
	void schedule(std::uint32_t part, Instant when);
	void drop_superseded();
	Instant next_after(const Part &part, Instant now) const;
	Instant refresh_after(const Part &part, Instant sent) const;
	void count_burst(Instant now);
	Register next_withdrawal(std::uint64_t nonce, Instant now);
	SharedKey &key_for(unsigned attempt, Instant now);
	Octets draw_up(Bytes records, std::uint8_t count, std::uint64_t nonce, SharedKey &key) const;
	void note_refused(
	    const SiteRecords &records, SiteRecords::Run run, const ReceivedNotify &notify);
	const Outstanding *find_outstanding(std::uint64_t nonce) const;

	MapServerLine line_;
	RegistrationOptions options_;
	bool wants_notify_;
	bool asks_always_ = false;
	SharedKey key_;
	std::optional<SharedKey> previous_key_;
	Instant both_keys_until_{};          // where no Map-Notify tells which one it has
	bool has_previous_key_only_ = false; // the Map-Server, by its last Map-Notify
	std::optional<Endpoint> endpoint_;
	std::string trouble_ = "not resolved yet";

	std::vector<Part> parts_;
	// With entries that a later schedule() has superseded: they are not their part's due time.
	std::priority_queue<Due, std::vector<Due>, std::greater<>> due_;
	std::deque<Outstanding> outstanding_; // nonces rise
	std::set<std::uint32_t> refused_;     // records that a Map-Notify has left out
	Withdrawals withdrawals_;
	std::optional<Instant> last_notify_;
	std::uint32_t last_place_ = 0;
	Instant quick_until_{};
	Instant burst_began_{};
	unsigned burst_ = 0; // registers sent since

	std::size_t records_ = 0;
	std::size_t acknowledged_ = 0; // records
	std::size_t whole_ = 0;        // parts, as are those below
	std::size_t waiting_ = 0;      // differences that are not done
	std::size_t answered_ = 0;
	std::size_t silent_ = 0;
	std::size_t never_sent_ = 0;
};

} // namespace lisp
