#include "lisp-mapserverd/mapserverd.h"

#include "print/metrics_sink.h"

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t most_held = 65536; // datagrams, while the disk is slow
constexpr auto time_is_kept_every = std::chrono::minutes(1);

// What an operator is to hear of without asking: a peer's mistake, or an attack.
bool is_notable(MapServerDrop reason, bool takes_subscriptions) {
	switch (reason) {
	case MapServerDrop::malformed:
	case MapServerDrop::unknown_vendor:
	case MapServerDrop::inner_checksum_zero:
	case MapServerDrop::too_large:
	case MapServerDrop::not_an_eid:
	case MapServerDrop::foreign_eid:
	case MapServerDrop::more_specific:
	case MapServerDrop::unknown_algorithm:
	case MapServerDrop::unknown_key:
	case MapServerDrop::bad_authentication:
	case MapServerDrop::replayed:
	case MapServerDrop::too_many_xtrs:
	case MapServerDrop::rloc_not_allowed:
	case MapServerDrop::duplicate_eid:
	case MapServerDrop::older_map_version:
	case MapServerDrop::looped:
	case MapServerDrop::no_usable_etr:
	case MapServerDrop::too_many_subscriptions: return true;
	case MapServerDrop::subscription_refused: return takes_subscriptions;
	default: return false;
	}
}

MapServer::Options engine_options(
    const MapserverdOptions &options, const ControlPort &port, const RunningTime &time) {
	MapServer::Options result;
	result.sendable = port.sendable();
	result.accept_zero_checksum = options.accept_zero_checksum;
	result.time = time;
	return result;
}

} // namespace

Mapserverd::Mapserverd(const MapserverdOptions &options, Daemon &daemon, ControlPort &port,
    Journal &journal, MapServerConfig config)
    : daemon_(daemon), port_(port), journal_(journal), time_(Clock::now(), journal.ran()),
      server_(std::move(config), engine_options(options, port, time_)),
      messages_(daemon.log(), options.daemon), expiry_(daemon.loop(), [this] { expire(); }),
      keep_time_(daemon.loop(), [this] { keep_time(); }) {
	restore();
	begin_journal();
	watches_ = port.watch(
	    daemon.loop(), [this](std::span<const Arrival> arrivals) { receive(arrivals); },
	    [this](const auto &datagram, const auto &error) { log_unsent(datagram, error); });
	answer_queries();
	daemon.on_metrics([this](Text &text) { append_metrics(text); });
	daemon.on_end([this] { end(); });
	schedule_expiry();
	keep_time_.set(Clock::now() + time_is_kept_every);
}

void Mapserverd::restore() {
	const auto now = time_.at(journal_.ran());
	journal_.restore([&](Bytes part) { return server_.restore(part, now); });
	if (const auto torn = journal_.torn_octets(); torn > 0)
		daemon_.log().warning("{} octets at the end of what was saved are not whole, as after a "
		                      "crash: they were never acknowledged",
		    torn);
	if (const auto eids = server_.registrations().eids(); eids > 0)
		daemon_.log().info("EIDs that were registered before: {}", eids);
}

void Mapserverd::begin_journal() {
	journal_.begin({[this] { snapshot_.emplace(Clock::now()); },
	                   [this](Room room) { return server_.next_part(*snapshot_, room); },
	                   [this] { return time_.of(Clock::now()); }},
	    {[this] { send_held(); }, [this](std::error_code error) { give_up_held(error); },
	        [this](std::error_code error) {
		        ++counters_.save_errors;
		        daemon_.log().error(
		            "registrations cannot be saved anew, what was saved is kept: {}",
		            error.message());
	        }});
}

void Mapserverd::answer_queries() {
	daemon_.on_query("status", [this](QueryReply &reply) { reply.print(status(server_)); });
	daemon_.on_query("counters", [this](QueryReply &reply) {
		reply.print(server_.counters());
		reply.print(counters_);
	});
	daemon_.on_table("registrations", [this](std::optional<EidPrefix> within) {
		return [this, list = RegistrationList{within}](QueryReply &reply) mutable {
			return list.next(server_, Clock::now(), [&](const ServerRegistration &registration) {
				reply.print(registration);
				return !reply.is_full();
			});
		};
	});
	daemon_.on_query("subscriptions", [this](QueryReply &reply) {
		for_each_subscription(server_, Clock::now(),
		    [&](const SubscriptionStatus &subscription) { reply.print(subscription); });
	});
	daemon_.on_table("sites", [this] {
		return [this, list = SiteList{}](QueryReply &reply) mutable {
			return list.next(server_, Clock::now(), [&](const SiteStatus &site) {
				reply.print(site);
				return !reply.is_full();
			});
		};
	});
}

// What the new configuration does not allow must not come back with a later one.
void Mapserverd::reload(MapServerConfig config) {
	server_.reload(std::move(config), Clock::now());
	schedule_expiry();
	journal_.compact();
}

void Mapserverd::receive(std::span<const Arrival> arrivals) {
	const auto now = Clock::now();
	bool schedules = false;
	server_.receive(arrivals, now, [&](const Arrival &arrival, const MapServer::Outcome &outcome) {
		schedules = schedules || outcome.schedules;
		use(arrival, outcome, now);
	});
	if (schedules) {
		send_notifies(now);
		schedule_expiry();
	}
	journal_.commit(); // of all of them: they share one sync of the disk
}

void Mapserverd::use(const Arrival &arrival, const MapServer::Outcome &outcome, Instant now) {
	messages_.received(arrival.from, arrival.to, arrival.octets);
	if (!outcome.save.empty()) {
		journal_.append(outcome.save);
		appended_ = now;
	}
	const bool wait = outcome.acknowledges && (journal_.has_unsaved() || !journal_.works());
	for (const auto &datagram : outcome.send) {
		if (wait)
			hold(datagram, arrival.to);
		else
			send(datagram, arrival.to);
	}
	if (outcome.dropped) log_drop(*outcome.dropped, arrival, now);
}

void Mapserverd::send_notifies(Instant now) {
	auto lost = server_.counters().subscribers_lost;
	while (const auto *notify = server_.next_notify(now)) {
		if (lost != server_.counters().subscribers_lost)
			daemon_.log().info("{}: acknowledges no map-notify: its subscription is forgotten",
			    to_string(notify->to));
		lost = server_.counters().subscribers_lost;
		const Datagram datagram{notify->to, reply_source(notify->local.address, notify->to.address),
		    notify->octets, {}};
		if (journal_.has_unsaved())
			hold(datagram, notify->local);
		else
			send(datagram, notify->local);
	}
}

void Mapserverd::send(const Datagram &datagram, const Endpoint &local) {
	messages_.sent({datagram.source, local.port}, datagram.to, datagram.octets);
	port_.send(datagram, local);
}

void Mapserverd::log_unsent(const Datagram &datagram, const std::error_code &error) {
	++counters_.send_errors;
	daemon_.log().debug(
	    "{}: {}: {}", to_string(datagram.to), type_name(datagram.octets), error.message());
}

void Mapserverd::hold(const Datagram &datagram, const Endpoint &local) {
	if (!journal_.works() || held_.size() >= most_held) {
		++counters_.not_acknowledged;
		return;
	}
	held_.push_back({journal_.appended(), datagram.to, datagram.source, local,
	    Octets(datagram.octets.begin(), datagram.octets.end())});
}

void Mapserverd::send_held() {
	if (!journal_.works()) return;
	if (std::exchange(failing_, false))
		daemon_.log().info("registrations are saved again, and acknowledged");
	for (; !held_.empty() && held_.front().needs <= journal_.saved(); held_.pop_front()) {
		const auto &held = held_.front();
		send({held.to, held.source, held.octets, {}}, held.local);
	}
	port_.flush();
}

void Mapserverd::give_up_held(std::error_code error) {
	++counters_.save_errors;
	counters_.not_acknowledged += held_.size();
	held_.clear();
	if (std::exchange(failing_, true)) return;
	daemon_.log().error(
	    "registrations cannot be saved, and are not acknowledged until they can: {}",
	    error.message());
}

void Mapserverd::log_drop(const MapServer::Dropped &dropped, const Arrival &arrival, Instant now) {
	auto &log = daemon_.log();
	const bool notable = is_notable(dropped.reason, server_.subscribers().size() > 0);
	if (notable ? !log.allow(now) : !log.shows(Severity::debug)) return;
	auto line = fmt::format("{}: {}: ", to_string(arrival.from), type_name(arrival.octets));
	line += dropped.error ? to_string(*dropped.error) : std::string(kind(dropped.reason).text);
	if (dropped.eid) line += ", EID " + to_string(*dropped.eid);
	if (!dropped.site.empty()) line += fmt::format(", site {}", dropped.site);
	if (!dropped.subscriber.empty()) line += fmt::format(", subscriber {}", dropped.subscriber);
	log.say(notable ? Severity::warning : Severity::debug, line);
}

void Mapserverd::schedule_expiry() {
	const auto next = server_.deadline();
	if (!next || (expiry_set_ && *expiry_set_ <= *next)) return;
	expiry_.set(*next);
	expiry_set_ = next;
}

void Mapserverd::expire() {
	const auto now = Clock::now();
	if (const auto save = server_.expire(now); !save.empty()) {
		journal_.append(save);
		journal_.commit();
		appended_ = now;
	}
	send_notifies(now);
	port_.flush();
	expiry_set_.reset();
	schedule_expiry();
}

// Or else what happens last before a crash would seem to have happened when something was last
// saved, and registrations would live longer by as much.
void Mapserverd::keep_time() {
	const auto now = Clock::now();
	if (server_.registrations().size() > 0 && now - appended_ >= time_is_kept_every) {
		journal_.append({});
		journal_.commit();
		appended_ = now;
	}
	keep_time_.set(now + time_is_kept_every);
}

void Mapserverd::end() {
	journal_.append({});
	journal_.end();
}

void Mapserverd::append_metrics(Text &text) const {
	MetricsSink sink{text, "lisp_mapserverd"};
	describe_fields(sink, status(server_));
	describe_fields(sink, server_.counters());
	describe_fields(sink, counters_);
}

} // namespace lisp
