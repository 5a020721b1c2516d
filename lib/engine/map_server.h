// A Map-Server and Map-Resolver: takes Map-Registers, answers Map-Requests or passes them on to an
// ETR. RFC 9301 sections 5.6, 5.7, 8.2, 8.3 and 8.4.
//
// Pure: datagrams come in as values, what to send and why something was dropped comes out.
#pragma once

#include "engine/datagram.h"
#include "engine/itr_rloc.h"
#include "engine/map_server_counters.h"
#include "engine/map_server_saving.h"
#include "engine/registering_xtrs.h"
#include "engine/registration_table.h"
#include "engine/server_sites.h"
#include "engine/unsolicited_notifies.h"
#include "message/message.h"

#include <unordered_map>

namespace lisp {

class MapServer {
public:
	struct Options {
		Families sendable;
		// Of a Map-Reply: packets of 576 and 1280 octets, RFC 9301 section 5.
		std::size_t max_octets_ipv4 = 576 - 20 - 8;
		std::size_t max_octets_ipv6 = 1280 - 40 - 8;
		RunningTime time; // for what is saved
	};

	struct Dropped {
		MapServerDrop reason{};
		std::string_view site; // empty where none is known
		std::optional<EidPrefix> eid;
		std::optional<WireError> error; // of a malformed message
	};

	// Valid until the next call.
	struct Outcome {
		List<Datagram> send; // from the port that was asked
		// Of a message that is otherwise answered this may be a part: an EID-record refused.
		std::optional<Dropped> dropped;
		Bytes save; // what has changed; empty for nothing
		// That, and all before it, has to be in stable storage before anything is sent: or else
		// what was acknowledged could be forgotten.
		bool acknowledges = false;
	};

	MapServer(MapServerConfig config, const Options &options);

	Outcome receive(const Arrival &arrival, Instant now);
	// Several that have arrived together, one after the other, in less time: memory is waited for
	// together. `use` gets the outcome of each.
	using Use = std::function<void(const Arrival &arrival, const Outcome &outcome)>;
	void receive(std::span<const Arrival> arrivals, Instant now, const Use &use);

	// What an earlier life has saved: the parts of its last snapshot, and all `save`s since that
	// was begun, in their order. False where it is not understood.
	bool restore(Bytes saved, Instant now);
	// The next part of a snapshot; to be saved until it is empty.
	Bytes next_part(MapServerSnapshot &snapshot, Room room) {
		return snapshot.next(*sites_, xtrs_, table_, options_.time, room);
	}

	// To be called at deadline().
	void expire(Instant now) { table_.expire(now); }
	// The next Map-Notify that is due without having been asked for, or again because nobody has
	// acknowledged it: to be sent like what acknowledges. Valid until the next call.
	const UnsolicitedNotify *next_notify(Instant now);
	std::optional<Instant> deadline() const; // of both

	// Keeps the registrations that the new configuration allows, and the nonces of keys that stay.
	void reload(MapServerConfig config);

	const MapServerCounters &counters() const { return counters_; }
	const ServerSites &sites() const { return *sites_; }
	const RegistrationTable &registrations() const { return table_; }
	const RegisteringXtrs &xtrs() const { return xtrs_; }

private:
	// A message, and what an Encapsulated Control Message holds.
	struct Decoding {
		Decoded outer;
		Decoded inner;
	};
	struct Request; // a Map-Request and how it came
	struct Accepted;

	Decoding decode(const Arrival &arrival);
	void prefetch();
	Outcome act_on(const Decoding &decoding, const Arrival &arrival, Instant now);
	void sort(const Decoding &decoding, const Arrival &arrival, Instant now);
	void drop(MapServerDrop reason, std::string_view site = {},
	    std::optional<EidPrefix> eid = std::nullopt);
	void send(const Endpoint &to, const IpAddress &asked, Bytes octets);

	std::optional<ServerSites::Eid> site_of(List<MapRecord> records) const;
	void on_register(const Arrival &arrival, const MapRegister &message, Instant now);
	MapServerDrop why_unverified(
	    std::uint32_t site_number, const Authentication &authentication) const;
	bool is_outdated(const MapRecord &record, std::uint32_t site_number, Instant now) const;
	Accepted accept(const MapRecord &record, std::uint32_t site_number);
	void begin_saving(Writer &out, RegisteringXtrs::Number xtr);
	void apply(const MapRegister &message, const MapRecord &record, const EidPrefix &eid,
	    RegisteringXtrs::Number xtr, Instant now, Writer &saving);
	std::optional<RegisteringXtrs::Number> restore_xtr(Reader &in);
	void restore_record(Reader &in, std::optional<RegisteringXtrs::Number> xtr, Instant now);
	void restore_nonces(Reader &in);
	MapRecord record_of(RegistrationTable::Number registration);
	MapRecord mapping(RegistrationTable::Number newest, Instant now);
	template <class Visit>
	void for_each_other(RegistrationTable::Number newest, RegisteringXtrs::Number xtr, Instant now,
	    Visit visit) const;
	bool is_news(const EidPrefix &eid, const MapRecord &record, const SavedRecord &saved,
	    RegisteringXtrs::Number xtr, Instant now);
	void tell_others(const EidPrefix &eid, RegisteringXtrs::Number xtr, Instant now);
	void make_notifies(Instant now);
	void make_notify(RegisteringXtrs::Number xtr, Instant now);
	void on_acknowledgement(const Arrival &arrival, const MapNotifyAck &message);
	void show_merged(MapRecord &record, const EidPrefix &eid, Instant now);
	void withdraw(const EidPrefix &eid, RegisteringXtrs::Number xtr, Instant now);
	void notify(const Arrival &arrival, const MapRegister &message, List<MapRecord> accepted,
	    ServerSites::KeyNumber key, std::uint16_t port);

	void on_encapsulated(const Arrival &arrival, const EncapsulatedControl &message,
	    const Decoded &inner, Instant now);
	void on_request(const Request &request, Instant now);
	void answer(
	    const Request &request, const RequestedEid &asked, std::size_t max_octets, Instant now);
	// These are false, without effect, where that would hide more-specifics that it cannot tell.
	bool answer_all(
	    const Request &request, const EidPrefix &eid, std::size_t max_octets, Instant now);
	bool add_mapping(const RegistrationTable::Match &match, const EidPrefix &eid,
	    std::size_t max_octets, Instant now);
	bool add_negative(const std::optional<EidPrefix> &eid, RecordTtl ttl,
	    Action action = Action::natively_forward);
	std::optional<EidPrefix> vacant(const EidPrefix &eid, unsigned base, Instant now) const;
	bool add_static(const StaticMapping &mapping, const EidPrefix &eid);
	std::optional<RegistrationTable::Match> registered(
	    const ServerSites::Eid &configured, const EidPrefix &eid, Instant now);
	bool answers_for(const ServerSites::Eid &configured, const RegistrationTable::Match &match,
	    Instant now) const;
	void add_record(const EidPrefix &eid, RegistrationTable::Number newest, Instant now);
	void add(const MapRecord &record);
	void reply(const Request &request, const IpAddress &itr_rloc);
	std::optional<Endpoint> etr(const RegistrationTable::Registration &registration);
	void forward(const Request &request, const EidPrefix &eid, const std::optional<Endpoint> &to);

	std::unique_ptr<ServerSites> sites_;
	Options options_;
	RegistrationTable table_;
	RegisteringXtrs xtrs_;
	MapServerCounters counters_;
	std::uint32_t message_ = 0; // Map-Registers so far
	UnsolicitedNotifies unsolicited_;
	std::uint64_t last_nonce_ = 0; // of an unsolicited Map-Notify

	// An xTR that is to hear of a mapping.
	struct Telling {
		RegisteringXtrs::Number xtr = 0;
		MapRecord record;
	};
	std::vector<Telling> tellings_;
	std::vector<Locator> merged_;

	Arena arena_;
	std::vector<Decoding> batch_;    // of the messages in hand
	std::vector<EidPrefix> wanted_;  // their EIDs
	std::vector<MapRecord> records_; // of the message in hand
	std::size_t reply_octets_ = 0;   // of these in a Map-Reply
	std::array<Octets, 2> rooms_;    // one datagram each
	std::array<Datagram, 2> outgoing_;
	std::size_t sending_ = 0;
	std::optional<Dropped> dropped_;
	Octets save_room_;
	Bytes save_;
	bool acknowledges_ = false;
	// By the numbers of the snapshot that is restored; those whose key is there still.
	std::unordered_map<std::uint32_t, RegisteringXtrs::Number> restored_xtrs_;
};

// The live registrations of an EID but that of one xTR, the newest first.
template <class Visit>
void MapServer::for_each_other(
    RegistrationTable::Number newest, RegisteringXtrs::Number xtr, Instant now, Visit visit) const {
	for (auto at = newest; at != RegistrationTable::none; at = table_.live(table_[at].older, now))
		if (table_[at].xtr != xtr) visit(at);
}

} // namespace lisp
