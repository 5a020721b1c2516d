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
#include "engine/subscribers.h"
#include "engine/subscriptions.h"
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
		bool accept_zero_checksum = false; // of the UDP header within an ECM
		RunningTime time;                  // for what is saved
		Subscriptions::Limits subscriptions;
	};

	struct Dropped {
		MapServerDrop reason{};
		std::string_view site; // empty where none is known
		std::optional<EidPrefix> eid;
		std::optional<WireError> error; // of a malformed message
		std::string_view subscriber{};  // instead of a site
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
		// Whether deadline() may be sooner now, or next_notify() have one.
		bool schedules = false;
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
		const auto part = snapshot.next(*sites_, xtrs_, table_, unsolicited_, options_.time, room);
		return part.empty() ? snapshot.next(*subscribers_, subscriptions_, room) : part;
	}

	// To be called at deadline(). What is to be saved of it, as of an Outcome.
	Bytes expire(Instant now);
	// The next Map-Notify that is due without having been asked for, or again because nobody has
	// acknowledged it: to be sent like what acknowledges. Valid until the next call.
	const UnsolicitedNotify *next_notify(Instant now);
	std::optional<Instant> deadline() const; // of both

	// Keeps the registrations that the new configuration allows, and the nonces of keys that stay.
	// Subscriptions, too, as far as they are allowed.
	void reload(MapServerConfig config, Instant now);

	const MapServerCounters &counters() const { return counters_; }
	const ServerSites &sites() const { return *sites_; }
	const RegistrationTable &registrations() const { return table_; }
	const RegisteringXtrs &xtrs() const { return xtrs_; }
	const Subscriptions &subscriptions() const { return subscriptions_; }
	const Subscribers &subscribers() const { return *subscribers_; }

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
	void restore_notify(Reader &in, Instant now);
	MapRecord record_of(RegistrationTable::Number registration);
	MapRecord mapping(RegistrationTable::Number newest, Instant now);
	template <class Visit>
	void for_each_other(RegistrationTable::Number newest, RegisteringXtrs::Number xtr, Instant now,
	    Visit visit) const;
	bool is_news(const EidPrefix &eid, const MapRecord &record, const SavedRecord &saved,
	    RegisteringXtrs::Number xtr, Instant now);
	void tell_others(const EidPrefix &eid, RegisteringXtrs::Number xtr, Instant now);
	void tell_merged(const EidPrefix &eid, RegisteringXtrs::Number gone, Instant now);
	void make_notifies(Instant now);
	void make_notify(RegisteringXtrs::Number xtr, Instant now);
	void save(const UnsolicitedNotify &notify);
	void on_acknowledgement(const Arrival &arrival, const MapNotifyAck &message, Instant now);
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

	static bool wants_subscription(const MapRequest &message);
	static bool ends_subscription(const MapRequest &message);
	// False where it is to be answered like any other Map-Request.
	bool subscribe(const Request &request, const IpAddress &itr_rloc, Instant now);
	void unsubscribe(const Request &request, Instant now);
	void drop_of(Subscribers::Number subscriber, MapServerDrop reason,
	    std::optional<EidPrefix> eid = std::nullopt);
	bool ask_for(const Subscriptions::Request &request, Instant now);
	void tell_rest(Subscriptions::Number subscription, const EidPrefix &eid, Instant now);
	bool publishes(const EidPrefix &eid, Instant now);
	std::optional<Bytes> published(std::uint32_t subscriber, std::uint64_t nonce);
	void on_subscriber(const Arrival &arrival, const MapNotifyAck &message, Instant now);
	void save_nonce(std::uint32_t subscriber, std::uint64_t nonce);
	void restore_subscriber(Reader &in);
	Octets mapping_octets(const EidPrefix &eid, Instant now);
	void publish(const EidPrefix &eid, Instant now);
	void publish_expired(Instant now);
	void add_state(const EidPrefix &eid, Instant now);
	void add_change(const EidPrefix &changed, const EidPrefix &subscribed, Instant now);
	std::size_t add_changes(const Subscriptions::Subscription &subscription, Instant now);
	const UnsolicitedNotify *next_publication(Instant now);
	// Makes a change to an EID's registrations, and publishes what becomes of its mapping.
	template <class Change> void change(const EidPrefix &eid, Instant now, Change make);

	std::unique_ptr<ServerSites> sites_;
	std::unique_ptr<Subscribers> subscribers_;
	Options options_;
	RegistrationTable table_;
	RegisteringXtrs xtrs_;
	MapServerCounters counters_;
	std::uint32_t message_ = 0; // Map-Registers so far
	UnsolicitedNotifies unsolicited_;
	std::uint64_t last_nonce_ = 0; // of an unsolicited Map-Notify

	Subscriptions subscriptions_;
	UnsolicitedNotify publication_; // the last

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
	Octets saved_notifies_; // of the message in hand; with them, all that is to be saved
	bool acknowledges_ = false;
	bool schedules_ = false;
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

template <class Change> void MapServer::change(const EidPrefix &eid, Instant now, Change make) {
	if (!subscriptions_.concern(eid)) return make();
	const auto before = mapping_octets(eid, now);
	make();
	if (mapping_octets(eid, now) != before) publish(eid, now);
}

} // namespace lisp
