#include "lisp-replyd/mobility.h"

#include "message/message.h"

#include <algorithm>
#include <random>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;
using Kind = EidMove::Kind;

constexpr std::size_t most_addresses = 255; // of a List-IP

ChangePriorityReceiver::Options receiver_options(const MobilityOptions &options) {
	return {options.split_host, static_cast<std::uint16_t>(options.sub_type), options.reapply};
}

Solicitor::Options solicitor_options(const MobilityOptions &options) {
	Solicitor::Options result;
	if (!options.limits_solicits) result.interval = {};
	return result;
}

std::uint64_t wall_clock() {
	const auto since = std::chrono::system_clock::now().time_since_epoch();
	return static_cast<std::uint64_t>(
	    std::chrono::duration_cast<std::chrono::nanoseconds>(since).count());
}

std::uint64_t random_nonce() {
	static std::random_device random;
	return static_cast<std::uint64_t>(random()) << 32 | random();
}

std::string_view in_words(Kind kind) {
	switch (kind) {
	case Kind::arrived: return "has arrived";
	case Kind::left: return "has left";
	case Kind::elsewhere: return "has moved between others";
	case Kind::reported: return "was asked for where it was";
	}
	return "has moved";
}

} // namespace

// A save that is under way on its thread.
struct Mobility::Saving {
	std::string path;
	FileVersion version;
	std::vector<SiteEdit> edits;
	Diagnostics found;
	std::optional<SavedEdits> result;
};

Mobility::Mobility(Daemon &daemon, const MobilityOptions &options, Surroundings surroundings)
    : daemon_(daemon), options_(options), surroundings_(std::move(surroundings)),
      receiver_(receiver_options(options)), solicitor_(solicitor_options(options)),
      registerd_(daemon.local_socket("lisp-registerd")), resolver_(daemon.loop()),
      timer_(daemon.loop(), [this] { work(); }), room_(UdpSocket::max_payload),
      background_(daemon.loop()) {}

Mobility::~Mobility() = default;

void Mobility::configure(const SiteConfig &config, const FileVersion &version) {
	version_ = version;
	is_foreign_ = false;
	const auto names_file = [](const auto &line) { return !line.key_file.empty(); };
	names_key_files_ =
	    std::any_of(config.map_servers.begin(), config.map_servers.end(), names_file) ||
	    std::any_of(config.hypervisors.begin(), config.hypervisors.end(), names_file) ||
	    std::any_of(config.xtrs.begin(), config.xtrs.end(), names_file);
	const bool takes_moves = !config.hypervisors.empty() || !config.xtrs.empty();
	const auto undone = receiver_.configure(takes_moves ? config : SiteConfig{}, Clock::now());
	for (const auto &eid : undone)
		daemon_.log().warning("{}: {} has moved of late, and was edited as if it had not: its "
		                      "priorities are set again",
		    daemon_.options().config, to_string(eid));
	if (!undone.empty()) surroundings_.changed(receiver_.sections(undone));
	std::map<std::string, Resolver::Lookup> lookups;
	for (const auto &host : config.proxy_itrs) {
		auto &lookup = lookups[host];
		lookup = lookups_.contains(host)
		             ? std::move(lookups_[host])
		             : resolver_.follow(host, [this, host](const Resolver::Answer &answer) {
			               proxy_itr_addresses_[host] = answer.addresses;
		               });
	}
	lookups_ = std::move(lookups);
	timer_.set(Clock::now());
}

bool Mobility::is_own_save() {
	if (!std::exchange(has_saved_, false) || is_foreign_ || names_key_files_) return false;
	Diagnostics ignored;
	const auto file = read_file(daemon_.options().config, ignored);
	return file && version_.is_kept_by(file->version, file->text);
}

void Mobility::receive(const MobilityArrival &arrival) {
	Effects effects;
	const auto now = Clock::now();
	const auto fault =
	    receiver_.receive({arrival.from, arrival.to, arrival.octets}, {now, wall_clock()}, effects);
	if (fault && daemon_.log().allow(now))
		daemon_.log().warning(
		    "{}: change-priority: {}", to_string(arrival.from), to_string(*fault));
	carry_out(effects);
	// After all that wait in the mailbox, so that they share a save.
	timer_.set(now);
}

void Mobility::registered(const EidPrefix &eid) {
	solicitor_.registered(eid, Clock::now());
	work();
}

void Mobility::work() {
	save();
	const auto now = Clock::now();
	send_orders(now);
	send_solicits(now);
	auto next = receiver_.deadline();
	const auto consider = [&](std::optional<Instant> deadline) {
		if (deadline && (!next || *deadline < *next)) next = deadline;
	};
	consider(solicitor_.deadline());
	if (sender_) consider(sender_->deadline());
	if (next)
		timer_.set(*next);
	else
		timer_.cancel();
}

void Mobility::save() {
	auto edits = receiver_.next_save(Clock::now());
	if (!edits) return;
	const auto saving = std::make_shared<Saving>();
	saving->path = daemon_.options().config;
	saving->version = version_;
	saving->edits = std::move(*edits);
	background_.run(
	    [saving] {
		    if (saving->edits.empty())
			    saving->result.emplace();
		    else
			    saving->result =
			        save_site_edits(saving->path, saving->version, saving->edits, saving->found);
		    return std::error_code{};
	    },
	    [this, saving](std::error_code) { saved(*saving); });
}

void Mobility::saved(const Saving &saving) {
	if (saving.result && !saving.edits.empty()) {
		version_ = saving.version;
		has_saved_ = true;
		is_foreign_ = is_foreign_ || saving.result->merged;
	}
	if (!saving.result && !saving.found.all().empty())
		daemon_.log().error("moves of EIDs are not saved and will be tried again: {}",
		    to_string(saving.path, saving.found.all().front()));
	Effects effects;
	receiver_.saved(saving.result.has_value(), Clock::now(), effects);
	carry_out(effects);
	work();
}

void Mobility::carry_out(const Effects &effects) {
	std::vector<EidPrefix> changed;
	std::vector<EidPrefix> moved;
	for (const auto &move : effects.moves) {
		if (move.has_changed) changed.push_back(move.eid);
		moved.push_back(move.eid);
	}
	if (!changed.empty()) tell_changed(changed);
	if (!moved.empty()) {
		const auto requesters = surroundings_.requesters(moved);
		for (std::size_t i = 0; i < moved.size(); ++i) tell_of(effects.moves[i], requesters[i]);
	}
	for (const auto &reply : effects.replies)
		surroundings_.send(reply.to, reply.from, reply.octets);
}

// Nobody needs to read the file for that.
void Mobility::tell_changed(const std::vector<EidPrefix> &eids) {
	surroundings_.changed(receiver_.sections(eids));
	tell_registerd(eids);
}

void Mobility::tell_registerd(std::span<const EidPrefix> eids) {
	const auto text = print_site_config(receiver_.sections({eids.begin(), eids.end()}));
	if (text.size() > max_local_message / 2 && eids.size() > 1) {
		tell_registerd(eids.first(eids.size() / 2));
		tell_registerd(eids.subspan(eids.size() / 2));
		return;
	}
	registerd_.send(
	    "eids", Bytes{reinterpret_cast<const std::uint8_t *>(text.data()), text.size()});
}

void Mobility::tell_of(const EidMove &move, const std::vector<IpAddress> &requesters) {
	daemon_.log().info("{} {}{}", to_string(move.eid), in_words(move.kind),
	    move.told_again    ? ", which is told again"
	    : move.has_changed ? ""
	                       : ", as is known");
	switch (move.kind) {
	case Kind::arrived: tell_of_arrival(move, requesters); break;
	case Kind::left:
		solicitor_.left(move.eid);
		respond(move, requesters);
		break;
	case Kind::elsewhere: solicitor_.left(move.eid); break;
	case Kind::reported: solicitor_.solicit(move.eid, move.addresses, Clock::now()); break;
	}
}

void Mobility::tell_of_arrival(const EidMove &move, const std::vector<IpAddress> &requesters) {
	const auto own = own_rlocs(move.eid);
	if (move.told_again) return order(move, ChangeOrder::Kind::notify, move.addresses[0], own);
	const auto now = Clock::now();
	solicitor_.moved(move.eid, own, now);
	solicitor_.solicit(move.eid, proxy_itrs(), now);
	solicitor_.solicit(move.eid, requesters, now);
	if (!move.has_changed) solicitor_.registered(move.eid, now);
	if (!options_.notify_others) return;
	const auto sections = receiver_.sections({move.eid});
	for (const auto &rloc : sections.rlocs)
		if (!rloc.local && std::find(own.begin(), own.end(), rloc.rloc) == own.end())
			order(move, ChangeOrder::Kind::notify, rloc.rloc, own);
}

// To the first of where it is now that has a key.
void Mobility::respond(const EidMove &move, std::vector<IpAddress> requesters) {
	requesters.resize(std::min(requesters.size(), most_addresses));
	for (const auto &rloc : move.addresses) {
		const auto before = sender_ ? sender_->outcomes().size() : 0;
		order(move, ChangeOrder::Kind::response, rloc, requesters);
		if (sender_ && sender_->outcomes().size() > before) return;
	}
}

void Mobility::order(const EidMove &move, ChangeOrder::Kind kind, const IpAddress &rloc,
    std::vector<IpAddress> addresses) {
	for (const auto &line : receiver_.config().xtrs) {
		if (!line.source.covers(rloc)) continue;
		if (!sender_)
			sender_ = std::make_unique<ChangePrioritySender>(ChangePrioritySender::Options{});
		sender_->add({move.eid, {rloc, control_port}, kind, move.nonce, line.key_id, line.algorithm,
		                 std::move(addresses), own_address(move.eid, rloc)},
		    line.secret);
		return;
	}
}

// What the other xTR knows this one by.
IpAddress Mobility::own_address(const EidPrefix &eid, const IpAddress &other) const {
	const auto sections = receiver_.sections({eid});
	for (const auto &rloc : sections.rlocs)
		if (rloc.local && rloc.rloc.family == other.family) return reply_source(rloc.rloc, other);
	return {};
}

void Mobility::send_orders(Instant now) {
	if (!sender_) return;
	while (const auto datagram = sender_->next(now)) {
		auto *socket = socket_for(datagram->to.address.family);
		if (socket == nullptr || socket->send(datagram->to, datagram->octets, datagram->source))
			sender_->not_sent();
	}
	if (sender_->deadline()) return;
	for (const auto &outcome : sender_->outcomes())
		if (!outcome.result)
			daemon_.log().warning(
			    "{}: no acknowledgement by {}", to_string(outcome.eid), to_string(outcome.xtr));
	sender_.reset();
}

void Mobility::send_solicits(Instant now) {
	while (const auto datagram = solicitor_.next(now, random_nonce()))
		surroundings_.send(datagram->to, {datagram->source, control_port},
		    Octets(datagram->octets.begin(), datagram->octets.end()));
}

// Its port is the system's choice: on the control port an acknowledgement is nobody's.
UdpSocket *Mobility::socket_for(Afi family) {
	auto &socket = family == Afi::ipv6 ? ipv6_ : ipv4_;
	if (socket.descriptor() >= 0) return &socket;
	try {
		const auto any =
		    family == Afi::ipv6 ? IpAddress::v6(std::array<std::uint8_t, 16>{}) : IpAddress::v4(0);
		socket = UdpSocket{{any, 0}};
	} catch (const std::system_error &error) {
		daemon_.log().warning("{}", error.what());
		return nullptr;
	}
	watches_.push_back(daemon_.loop().on_readable(
	    socket.descriptor(), [this, &socket] { receive_answers(socket); }));
	return &socket;
}

void Mobility::receive_answers(UdpSocket &socket) {
	for (int left = 64; left > 0; --left) {
		const auto received = socket.receive(room_);
		if (!received) break;
		if (sender_) sender_->receive(received->from, received->octets, Clock::now());
	}
	work();
}

std::vector<IpAddress> Mobility::proxy_itrs() const {
	std::vector<IpAddress> all;
	for (const auto &[host, addresses] : proxy_itr_addresses_)
		if (lookups_.contains(host) && !addresses.empty()) all.push_back(addresses.front());
	return all;
}

std::vector<IpAddress> Mobility::own_rlocs(const EidPrefix &eid) const {
	std::vector<IpAddress> own;
	const auto sections = receiver_.sections({eid});
	for (const auto &section : sections.eids)
		for (const auto &rloc : sections.rlocs_of(section))
			if (rloc.priority != unused_priority && is_own(sections, section, rloc))
				own.push_back(rloc.rloc);
	return own;
}

} // namespace lisp
