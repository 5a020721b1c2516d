#include "lisp-mapserverd/run.h"

#include "common/configuration.h"
#include "common/control_port.h"
#include "common/message_log.h"
#include "engine/map_server_status.h"
#include "print/metrics_sink.h"

namespace lisp {

// What the engine cannot count.
struct MapserverdSocketCounters {
	std::uint64_t send_errors = 0;
};

template <>
inline constexpr auto fields<MapserverdSocketCounters> =
    std::tuple{Field{"send-errors", &MapserverdSocketCounters::send_errors}};

namespace {

using Clock = std::chrono::steady_clock;

// What an operator is to hear of without asking: a peer's mistake, or an attack.
bool is_notable(MapServerDrop reason) {
	switch (reason) {
	case MapServerDrop::malformed:
	case MapServerDrop::unknown_vendor:
	case MapServerDrop::foreign_eid:
	case MapServerDrop::bad_authentication:
	case MapServerDrop::replayed:
	case MapServerDrop::too_many_xtrs:
	case MapServerDrop::rloc_not_allowed:
	case MapServerDrop::duplicate_eid:
	case MapServerDrop::older_map_version:
	case MapServerDrop::looped:
	case MapServerDrop::no_usable_etr: return true;
	default: return false;
	}
}

class Mapserverd {
public:
	Mapserverd(
	    const MapserverdOptions &options, Daemon &daemon, ControlPort &port, MapServerConfig config)
	    : daemon_(daemon), port_(port),
	      server_(std::move(config), MapServer::Options{port.sendable()}),
	      messages_(daemon.log(), options.daemon), expiry_(daemon.loop(), [this] { expire(); }) {
		watches_ = port.watch(
		    daemon.loop(),
		    [this](std::span<const Arrival> arrivals) {
			    for (const auto &arrival : arrivals) receive(arrival);
		    },
		    [this](const auto &datagram, const auto &error) { log_unsent(datagram, error); });
		daemon.on_query("status", [this](QueryReply &reply) { reply.print(status(server_)); });
		daemon.on_query("counters", [this](QueryReply &reply) {
			reply.print(server_.counters());
			reply.print(sockets_);
		});
		daemon.on_query("registrations", [this](QueryReply &reply) {
			for_each_registration(server_, Clock::now(),
			    [&](const RegistrationStatus &registration) { reply.print(registration); });
		});
		daemon.on_query("sites", [this](QueryReply &reply) {
			for_each_site(
			    server_, Clock::now(), [&](const SiteStatus &site) { reply.print(site); });
		});
		daemon.on_metrics([this](Text &text) { append_metrics(text); });
	}

	void reload(MapServerConfig config) { server_.reload(std::move(config)); }

private:
	void receive(const Arrival &arrival);
	void log_unsent(const Datagram &datagram, const std::error_code &error);
	void log_drop(const MapServer::Dropped &dropped, const Arrival &arrival, Instant now);
	void schedule_expiry();
	void expire();
	void append_metrics(Text &text) const;

	Daemon &daemon_;
	ControlPort &port_;
	MapServer server_;
	MessageLog messages_;
	Loop::Timer expiry_;
	std::optional<Instant> expiry_set_;
	std::vector<Loop::Watch> watches_;
	MapserverdSocketCounters sockets_;
};

void Mapserverd::receive(const Arrival &arrival) {
	const auto now = Clock::now();
	const auto registers = server_.counters().map_registers;
	messages_.received(arrival.from, arrival.to, arrival.octets);
	const auto outcome = server_.receive(arrival, now);
	for (const auto &datagram : outcome.send) {
		messages_.sent({datagram.source, arrival.to.port}, datagram.to, datagram.octets);
		port_.send(datagram, arrival.to);
	}
	if (outcome.dropped) log_drop(*outcome.dropped, arrival, now);
	if (server_.counters().map_registers != registers) schedule_expiry();
}

void Mapserverd::log_unsent(const Datagram &datagram, const std::error_code &error) {
	++sockets_.send_errors;
	daemon_.log().debug(
	    "{}: {}: {}", to_string(datagram.to), type_name(datagram.octets), error.message());
}

void Mapserverd::log_drop(const MapServer::Dropped &dropped, const Arrival &arrival, Instant now) {
	auto &log = daemon_.log();
	const bool notable = is_notable(dropped.reason);
	if (notable ? !log.allow(now) : !log.shows(Severity::debug)) return;
	auto line = fmt::format("{}: {}: ", to_string(arrival.from), type_name(arrival.octets));
	line += dropped.error ? to_string(*dropped.error) : std::string(kind(dropped.reason).text);
	if (dropped.eid) line += ", EID " + to_string(*dropped.eid);
	if (!dropped.site.empty()) line += fmt::format(", site {}", dropped.site);
	log.say(notable ? Severity::warning : Severity::debug, line);
}

void Mapserverd::schedule_expiry() {
	const auto next = server_.deadline();
	if (!next || (expiry_set_ && *expiry_set_ <= *next)) return;
	expiry_.set(*next);
	expiry_set_ = next;
}

void Mapserverd::expire() {
	server_.expire(Clock::now());
	expiry_set_.reset();
	schedule_expiry();
}

void Mapserverd::append_metrics(Text &text) const {
	MetricsSink sink{text, "lisp_mapserverd"};
	describe_fields(sink, status(server_));
	describe_fields(sink, server_.counters());
	describe_fields(sink, sockets_);
}

} // namespace

int run(const MapserverdOptions &options) {
	Daemon daemon{"lisp-mapserverd", options.daemon};
	auto config = load_configuration(read_mapserver_config, daemon);
	if (!config) return 1;
	if (options.daemon.check_only) return 0;
	daemon.state_directory();
	ControlPort port{options.listen, daemon.log()};
	auto in_force = summarize(*config);
	Mapserverd mapserverd{options, daemon, port, std::move(*config)};
	follow_configuration(read_mapserver_config, daemon, std::move(in_force),
	    [&mapserverd](MapServerConfig edited) { mapserverd.reload(std::move(edited)); });
	return daemon.run(port.listening());
}

} // namespace lisp
