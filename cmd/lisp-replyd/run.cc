#include "lisp-replyd/run.h"

#include "common/configuration.h"
#include "common/control_port.h"
#include "common/message_log.h"
#include "common/own_rlocs.h"
#include "engine/replier.h"
#include "net/interface_watch.h"
#include "print/message_fields.h"
#include "print/metrics_sink.h"

#include <random>
#include <utility>

namespace lisp {

struct ReplydStatus {
	std::uint64_t eids = 0;
	std::uint64_t reply_percent = 0; // of the octets of the requests answered; 0 before the first
};

template <>
inline constexpr auto fields<ReplydStatus> = std::tuple{
    Field{"eids", &ReplydStatus::eids},
    Field{"reply-percent", &ReplydStatus::reply_percent},
};

// What the engine cannot count.
struct SocketCounters {
	std::uint64_t send_errors = 0;
	std::uint64_t registerd_lost = 0;
	std::uint64_t mapsync_lost = 0;
};

template <>
inline constexpr auto fields<SocketCounters> = std::tuple{
    Field{"send-errors", &SocketCounters::send_errors},
    Field{"registerd-lost", &SocketCounters::registerd_lost},
    Field{"mapsync-lost", &SocketCounters::mapsync_lost},
};

namespace {

constexpr std::chrono::hours report_interval{1};

// What another destination may help against.
bool is_without_route(const std::error_code &error) {
	return error == std::errc::network_unreachable || error == std::errc::host_unreachable ||
	       error == std::errc::network_down || error == std::errc::address_not_available;
}

std::vector<EidPrefix> aggregates(const std::vector<std::string> &texts) {
	std::vector<EidPrefix> result;
	for (const auto &text : texts) {
		const auto aggregate = EidPrefix::parse(text);
		if (!aggregate) throw UsageError{fmt::format("--negative {}: no EID-prefix", text)};
		result.push_back(*aggregate);
	}
	return result;
}

Replier::Options replier_options(const ReplydOptions &options, Families sendable) {
	Replier::Options result;
	result.rate = options.rate;
	result.burst = std::max(result.burst, static_cast<unsigned>(std::min(options.rate, 1e6)));
	result.total_rate = std::max(result.total_rate, options.rate);
	result.total_burst = std::max(result.total_burst, result.burst);
	std::random_device random;
	result.seed = static_cast<std::uint64_t>(random()) << 32 | random();
	result.sendable = sendable;
	result.negative = aggregates(options.negative);
	result.accept_zero_checksum = options.accept_zero_checksum;
	result.answer_lisp_sec = !options.drop_lisp_sec;
	return result;
}

class Replyd {
public:
	Replyd(
	    const ReplydOptions &options, Daemon &daemon, ControlPort &port, const SiteConfig &config)
	    : daemon_(daemon), port_(port),
	      replier_(EidRecords{config}, replier_options(options, port.sendable())),
	      messages_(daemon.log(), options.daemon),
	      registerd_(daemon.local_socket("lisp-registerd")),
	      mapsync_(daemon.local_socket("lisp-mapsync")), own_rlocs_(daemon.log(), can_bind),
	      interfaces_(daemon.loop(), [this] { look_at_own_rlocs(); }),
	      report_timer_(daemon.loop(), [this] { report(); }) {
		port.watch(daemon.loop(), [this](const Arrival &arrival) { receive(arrival); });
		if (const auto failure = interfaces_.failure())
			daemon.log().warning("interfaces cannot be watched, own RLOCs are looked at when the "
			                     "configuration is read only: {}",
			    failure.message());
		own_rlocs_.configure(config);
		follow_configuration(read_site_config, daemon, summarize(config),
		    [this](const SiteConfig &edited) { configure(edited); });
		daemon.on_query("status", [this](QueryReply &reply) { reply.print(status()); });
		daemon.on_query("counters", [this](QueryReply &reply) {
			reply.print(replier_.counters());
			reply.print(socket_counters());
		});
		daemon.on_query("eids", [this](QueryReply &reply) { print_eids(reply); });
		daemon.on_metrics([this](Text &text) { append_metrics(text); });
		daemon.on_end([this] { report(); });
		report_timer_.set(std::chrono::steady_clock::now() + report_interval);
	}

private:
	void configure(const SiteConfig &config);
	void look_at_own_rlocs();
	void receive(const Arrival &arrival);
	void send(const Datagram &reply, const Arrival &asked);
	void hand_on(const HandOn &message, const Arrival &arrival);
	void log_drop(const Dropped &dropped, const Arrival &arrival, Instant now);
	void print_eids(QueryReply &reply) const;
	ReplydStatus status() const;
	SocketCounters socket_counters() const;
	void append_metrics(Text &text) const;
	void report();

	Daemon &daemon_;
	ControlPort &port_;
	Replier replier_;
	MessageLog messages_;
	LocalSender registerd_;
	LocalSender mapsync_;
	OwnRlocs own_rlocs_;
	InterfaceWatch interfaces_;
	std::uint64_t send_errors_ = 0;
	Loop::Timer report_timer_;
	std::uint64_t reported_ = 0; // Map-Replies that had been sent at the last report
};

void Replyd::configure(const SiteConfig &config) {
	own_rlocs_.configure(config);
	EidRecords eids{config};
	eids.set_lost(own_rlocs_.lost());
	replier_.replace(std::move(eids));
}

void Replyd::look_at_own_rlocs() {
	const auto before = own_rlocs_.lost();
	own_rlocs_.look();
	const auto lost = own_rlocs_.lost();
	if (lost == before) return;
	auto eids = replier_.eids();
	eids.set_lost(lost);
	replier_.replace(std::move(eids));
}

void Replyd::receive(const Arrival &arrival) {
	const auto now = std::chrono::steady_clock::now();
	messages_.received(arrival.from, arrival.to, arrival.octets);
	const auto outcome = replier_.receive(arrival, now);
	if (const auto *reply = std::get_if<Datagram>(&outcome)) return send(*reply, arrival);
	if (const auto *message = std::get_if<HandOn>(&outcome)) return hand_on(*message, arrival);
	log_drop(std::get<Dropped>(outcome), arrival, now);
}

void Replyd::send(const Datagram &reply, const Arrival &asked) {
	messages_.sent({reply.source, asked.to.port}, reply.to, reply.octets);
	auto error = port_.send(reply, asked);
	if (is_without_route(error) && !reply.otherwise.is_none()) {
		const auto other = rerouted(reply);
		messages_.sent({other.source, asked.to.port}, other.to, other.octets);
		error = port_.send(other, asked);
	}
	if (!error) return;
	++send_errors_;
	daemon_.log().debug("{}: map-reply: {}", to_string(reply.to), error.message());
}

void Replyd::hand_on(const HandOn &message, const Arrival &arrival) {
	auto &to = message.recipient == HandOn::Recipient::registrar ? registerd_ : mapsync_;
	const auto line =
	    fmt::format("datagram {} {}", to_string(arrival.from), to_string(arrival.to.address));
	to.send(line, message.octets);
}

void Replyd::log_drop(const Dropped &dropped, const Arrival &arrival, Instant now) {
	auto &log = daemon_.log();
	const bool fault =
	    dropped.reason == DropReason::malformed || dropped.reason == DropReason::too_large;
	if (fault ? !log.allow(now) : !log.shows(Severity::debug)) return;
	const auto why = dropped.reason == DropReason::malformed ? to_string(dropped.error)
	                                                         : std::string(name(dropped.reason));
	log.say(fault ? Severity::warning : Severity::debug,
	    fmt::format("{}: {}: {}", to_string(arrival.from), type_name(arrival.octets), why));
}

void Replyd::print_eids(QueryReply &reply) const {
	Arena arena;
	const auto &eids = replier_.eids();
	eids.index().for_each([&](const PrefixIndex::Entry &entry) {
		arena.reset();
		Reader in{eids.record(entry.value)};
		MapRecord record;
		read(in, arena, record);
		reply.print(record);
		return true;
	});
}

ReplydStatus Replyd::status() const {
	const auto &counted = replier_.counters();
	const auto asked = std::max<std::uint64_t>(counted.answered_octets, 1);
	return {replier_.eids().size(), 100 * counted.reply_octets / asked};
}

SocketCounters Replyd::socket_counters() const {
	return {send_errors_, registerd_.lost(), mapsync_.lost()};
}

void Replyd::append_metrics(Text &text) const {
	MetricsSink sink{text, "lisp_replyd"};
	describe_fields(sink, status());
	describe_fields(sink, replier_.counters());
	describe_fields(sink, socket_counters());
}

// What this daemon makes of requests, in one line for who reads the log: in percent, what it would
// add to a flood that forged addresses cause.
void Replyd::report() {
	report_timer_.set(std::chrono::steady_clock::now() + report_interval);
	const auto &counted = replier_.counters();
	if (std::exchange(reported_, counted.map_replies) == counted.map_replies) return;
	daemon_.log().info("{} of {} datagrams answered, {} octets with {} ({} %)", counted.map_replies,
	    counted.received, counted.answered_octets, counted.reply_octets, status().reply_percent);
}

} // namespace

int run(const ReplydOptions &options) {
	Daemon daemon{"lisp-replyd", options.daemon};
	const auto config = load_configuration(read_site_config, daemon);
	if (!config) return 1;
	if (options.daemon.check_only) return 0;
	ControlPort port{options.listen, daemon.log()};
	Replyd replyd{options, daemon, port, *config};
	return daemon.run(port.listening());
}

} // namespace lisp
