// What Change-Priority Messages make of a site's EIDs: a hypervisor tells that one has come (H),
// its new xTR tells the others (N), and the one that it has left tells who asked for it (R).
//
// Knows no socket, clock or file. Events go in with the time at which they happen, effects come
// out, to be carried out in their order.
#pragma once

#include "engine/change_priority_peers.h"
#include "engine/priority_edits.h"
#include "engine/registrar.h"
#include "engine/seen_changes.h"
#include "print/fields.h"
#include "table/prefix_table.h"

#include <deque>
#include <unordered_map>

namespace lisp {

struct ChangePriorityCounters {
	std::uint64_t received = 0;
	std::uint64_t done = 0;
	std::uint64_t no_change = 0;
	std::uint64_t degraded = 0;
	std::uint64_t duplicates = 0;
	std::uint64_t malformed = 0;
	std::uint64_t acknowledgements = 0; // that nobody waits for here
	std::uint64_t other_target = 0;     // meant for another receiver
	std::uint64_t unknown_source = 0;
	std::uint64_t unknown_key = 0;
	std::uint64_t bad_authentication = 0;
	std::uint64_t replayed = 0;
	std::uint64_t clock = 0;
	std::uint64_t not_permitted = 0;
	std::uint64_t no_such_eid = 0;
	std::uint64_t covering_only = 0;
	std::uint64_t no_local_rloc = 0;
	std::uint64_t conflicts = 0;
	std::uint64_t save_errors = 0;
	std::uint64_t reapplied = 0; // what an edit of the file had undone
};

// What happened to an EID, as far as others have to be told.
struct EidMove {
	enum class Kind : std::uint8_t {
		arrived,   // here
		left,      // from here
		elsewhere, // between others
		reported,  // who asked for it where it was
	};
	EidPrefix eid;
	Kind kind = Kind::arrived;
	std::uint64_t nonce = 0; // of the move, the same in all its messages
	// Whom it talks to where it arrived; where it is where it left; who asked for it.
	std::vector<IpAddress> addresses;
	bool has_changed = true; // the configuration, by this message
	bool told_again = false; // to an xTR that took an older move for the newest
};

class ChangePriorityReceiver {
public:
	struct Options {
		bool split_host = false;    // a host of an EID gets a section of its own
		std::uint16_t sub_type = 0; // of type 15 that are taken; 0: none
		bool reapply = true;        // what an edit of the file undoes within ten minutes
	};
	struct Reply { // an acknowledgement
		Endpoint to;
		Endpoint from; // that was asked
		Octets octets;
	};
	struct Effects {
		std::vector<EidMove> moves; // of saved ones, to be told others before they are answered
		std::vector<Reply> replies;
	};

	explicit ChangePriorityReceiver(const Options &options) : options_(options) {}

	// The file's; what is being carried out goes on with it. The EIDs whose moves it had undone,
	// and which are set again.
	std::vector<EidPrefix> configure(SiteConfig config, Instant now);
	const SiteConfig &config() const { return config_; }
	// The sections of these, for who keeps a copy.
	SiteConfig sections(const std::vector<EidPrefix> &eids) const;

	// A datagram that is one by its type. The fault of one that cannot be read.
	std::optional<WireError> receive(const Arrival &arrival, Moment moment, Effects &effects);

	// Edits of the file to be saved, of all messages that wait, together; it may be that there are
	// none. Nothing while some are being saved. saved() tells what came of them.
	std::optional<std::vector<SiteEdit>> next_save(Instant now);
	// What could not be saved is done even so, and tried again.
	void saved(bool done, Instant now, Effects &effects);
	std::optional<Instant> deadline() const; // of next_save()

	const ChangePriorityCounters &counters() const { return counters_; }
	bool takes_any() const { return !peers_.empty(); }

private:
	// A message that is being carried out.
	struct Change {
		EidMove move;
		std::vector<SiteEdit> edits;
		bool is_answered = false; // or has nobody to answer
		// How it came.
		PeerIdentity peer;
		bool with_previous_key = false;
		bool random_nonce = false;
		std::uint64_t nonce = 0; // its own
		Reply asked;             // where the answer goes, and the octets of the message
	};
	struct Message {
		const ChangePriority &content;
		const Arrival &arrival;
		ChangePriorityPeers::Sender sender;
		EidPrefix eid;
	};
	struct LastMove {
		std::uint64_t nonce = 0;
		EidMove::Kind kind = EidMove::Kind::arrived;
		std::vector<IpAddress> addresses;
		Instant when{};
	};

	std::optional<ChangePriorityPeers::Sender> authenticate(
	    const Arrival &arrival, const ChangePriority &content);
	bool is_for_here(const ChangePriority &content, const IpAddress &asked) const;
	void judge(const Message &message, Moment moment, Effects &effects);
	static Change change_of(const Message &message, std::uint64_t wall);
	std::optional<ChangeResult> refusal(const Message &message, std::uint64_t nonce);
	std::optional<ChangeResult> refusal_of_eid(const Message &message);
	bool is_superseded(const Message &message, std::uint64_t nonce) const;
	void take(const Message &message, Change change, Instant now, Effects &effects);
	void tell_again(const Message &message, Effects &effects);
	std::vector<SiteEdit> edits_of(const EidMove &move) const;
	void apply_edits(const std::vector<SiteEdit> &edits);
	void split(const SplitHost &host);
	void remember(const EidMove &move, Instant now);
	bool waits(const EidPrefix &eid) const;
	void end(Change &change, bool is_saved, Effects &effects);
	void answer(const Change &change, ChangeResult result, Effects &effects);
	void reply(const Change &change, ChangeResult result, Effects &effects);
	std::optional<Octets> acknowledgement(const Change &change, ChangeResult result);
	EidSection *section(const EidPrefix &eid);
	const EidSection *section(const EidPrefix &eid) const;

	Options options_;
	SiteConfig config_;
	PrefixIndex index_; // of its EIDs
	ChangePriorityPeers peers_;
	SeenChanges seen_;
	std::vector<Change> waiting_;
	std::vector<Change> saving_;
	std::vector<Change> failed_; // and will be tried again
	bool is_saving_ = false;
	Instant retry_{};
	std::chrono::seconds retry_after_{1};
	std::map<EidPrefix, LastMove> last_moves_; // of ten minutes
	std::deque<std::pair<Instant, EidPrefix>> move_ends_;
	ChangePriorityCounters counters_;
	Arena arena_;
};

template <>
inline constexpr auto fields<ChangePriorityCounters> = std::tuple{
    Field{"moves-received", &ChangePriorityCounters::received},
    Field{"moves-done", &ChangePriorityCounters::done},
    Field{"moves-no-change", &ChangePriorityCounters::no_change},
    Field{"moves-degraded", &ChangePriorityCounters::degraded},
    Field{"moves-duplicates", &ChangePriorityCounters::duplicates},
    Field{"moves-malformed", &ChangePriorityCounters::malformed},
    Field{"moves-acknowledgements", &ChangePriorityCounters::acknowledgements},
    Field{"moves-other-target", &ChangePriorityCounters::other_target},
    Field{"moves-unknown-source", &ChangePriorityCounters::unknown_source},
    Field{"moves-unknown-key", &ChangePriorityCounters::unknown_key},
    Field{"moves-bad-authentication", &ChangePriorityCounters::bad_authentication},
    Field{"moves-replayed", &ChangePriorityCounters::replayed},
    Field{"moves-clock", &ChangePriorityCounters::clock},
    Field{"moves-not-permitted", &ChangePriorityCounters::not_permitted},
    Field{"moves-no-such-eid", &ChangePriorityCounters::no_such_eid},
    Field{"moves-covering-only", &ChangePriorityCounters::covering_only},
    Field{"moves-no-local-rloc", &ChangePriorityCounters::no_local_rloc},
    Field{"moves-conflicts", &ChangePriorityCounters::conflicts},
    Field{"moves-save-errors", &ChangePriorityCounters::save_errors},
    Field{"moves-reapplied", &ChangePriorityCounters::reapplied},
};

} // namespace lisp
