#include "lisp-replyd/run.h"

#include "common/configuration.h"
#include "common/own_rlocs.h"
#include "lisp-replyd/worker.h"
#include "net/interface_watch.h"
#include "print/message_fields.h"
#include "print/metrics_sink.h"

#include <algorithm>
#include <random>
#include <set>
#include <thread>
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

namespace {

constexpr std::chrono::hours report_interval{1};
constexpr std::size_t most_moves = 8'192; // Change-Priority Messages that wait

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
	result.sub_type = static_cast<std::uint16_t>(options.mobility.sub_type);
	result.sendable = sendable;
	result.negative = aggregates(options.negative);
	result.accept_zero_checksum = options.accept_zero_checksum;
	result.answer_lisp_sec = !options.drop_lisp_sec;
	return result;
}

std::uint64_t processors() {
	return std::clamp<std::uint64_t>(std::thread::hardware_concurrency(), 1, max_reply_threads);
}

// The sum over threads.
template <class Counters> void add(Counters &sum, const Counters &counters) {
	std::apply(
	    [&](const auto &...field) { ((sum.*field.projection += counters.*field.projection), ...); },
	    fields<Counters>);
}

// As many as the reply takes of those after `last`; false after the last of all.
bool print_eids(const EidRecords &eids, const std::optional<EidPrefix> &within,
    std::optional<EidPrefix> &last, QueryReply &reply) {
	Arena arena;
	const auto print = [&](const PrefixIndex::Entry &entry) {
		if (within && !within->covers(entry.prefix)) return false;
		arena.reset();
		Reader in{eids.record(entry.value)};
		MapRecord record;
		read(in, arena, record);
		reply.print(record);
		last = entry.prefix;
		return !reply.is_full();
	};
	if (within && !last)
		eids.index().for_each_within(*within, print);
	else
		eids.index().for_each_after(last.value_or(EidPrefix{}), print);
	return reply.is_full();
}

// Owns the site's EIDs; threads answer, so that reading a large configuration keeps nobody waiting.
class Replyd {
public:
	Replyd(const ReplydOptions &options, Daemon &daemon, const SiteConfig &config,
	    FileVersion &version);

	std::vector<Endpoint> listening() const { return listening_; }

private:
	void configure(const SiteConfig &config);
	void change(const SiteConfig &sections);
	std::vector<std::vector<IpAddress>> requesters(const std::vector<EidPrefix> &eids);
	void look_at_own_rlocs();
	void use(EidRecords eids);
	void watch(Daemon &daemon, const SiteConfig &config);
	void watch_moves(Daemon &daemon);
	ReplydStatus status() const;
	ReplierCounters replier_counters() const;
	SocketCounters socket_counters() const;
	void append_metrics(Text &text) const;
	void report();

	Log &log_;
	FileVersion &version_; // of the configuration that was read last
	std::shared_ptr<EidRecords> eids_ = std::make_shared<EidRecords>();
	Mailbox<MobilityArrival> moves_{most_moves};
	std::vector<Endpoint> listening_;
	std::vector<std::unique_ptr<Worker>> workers_;
	Mobility mobility_;
	std::shared_ptr<EditRule> rule_;
	Loop::Watch moves_watch_;
	OwnRlocs own_rlocs_;
	InterfaceWatch interfaces_;
	Loop::Timer report_timer_;
	std::uint64_t reported_ = 0; // Map-Replies that had been sent at the last report
};

Replyd::Replyd(
    const ReplydOptions &options, Daemon &daemon, const SiteConfig &config, FileVersion &version)
    : log_(daemon.log()), version_(version),
      mobility_(daemon, options.mobility,
          {[this](const auto &to, const auto &from, const auto &octets) {
	           workers_.front()->send(to, from, octets);
           },
              [this](const SiteConfig &sections) { change(sections); },
              [this](const std::vector<EidPrefix> &eids) { return requesters(eids); }}),
      own_rlocs_(log_, can_bind), interfaces_(daemon.loop(), [this] { look_at_own_rlocs(); }),
      report_timer_(daemon.loop(), [this] { report(); }) {
	using Sharing = UdpSocket::Sharing;
	const auto threads = options.threads != 0 ? options.threads : processors();
	auto port = std::make_unique<ControlPort>(
	    options.listen, daemon.log(), threads > 1 ? Sharing::port : Sharing::none);
	listening_ = port->listening();
	const auto of_engine = replier_options(options, port->sendable());
	const auto limits = std::make_shared<Replier::Limits>(of_engine);
	for (std::uint64_t i = 0; i < threads; ++i) {
		if (i > 0) port = std::make_unique<ControlPort>(listening_, log_);
		workers_.push_back(std::make_unique<Worker>(
		    daemon, std::move(port), Replier{eids_, of_engine, limits}, moves_));
	}
	watch(daemon, config);
	watch_moves(daemon);
	daemon.on_begin([this] {
		for (const auto &worker : workers_) worker->start();
	});
	daemon.on_end([this] {
		for (const auto &worker : workers_) worker->stop();
		report();
	});
	daemon.on_query("status", [this](QueryReply &reply) { reply.print(status()); });
	daemon.on_query("counters", [this](QueryReply &reply) {
		reply.print(replier_counters());
		reply.print(socket_counters());
		reply.print(mobility_.counters());
		reply.print(mobility_.solicitor_counters());
	});
	daemon.on_table("eids", [this](std::optional<EidPrefix> within) {
		return [eids = eids_, within, last = std::optional<EidPrefix>{}](
		           QueryReply &reply) mutable { return print_eids(*eids, within, last, reply); };
	});
	daemon.on_metrics([this](Text &text) { append_metrics(text); });
	report_timer_.set(std::chrono::steady_clock::now() + report_interval);
}

void Replyd::watch(Daemon &daemon, const SiteConfig &config) {
	configure(config);
	const auto read = [this](Daemon &of, Diagnostics &found) {
		return read_site_config_to_edit(of, found, version_);
	};
	rule_ = follow_configuration(
	    read, daemon, summarize(config), [this](const SiteConfig &edited) { configure(edited); },
	    [this] { return mobility_.is_own_save(); });
	if (const auto failure = interfaces_.failure())
		log_.warning("interfaces cannot be watched, own RLOCs are looked at when the configuration "
		             "is read only: {}",
		    failure.message());
}

void Replyd::watch_moves(Daemon &daemon) {
	moves_watch_ = moves_.watch(daemon.loop(), [this](const std::vector<MobilityArrival> &moves) {
		for (const auto &each : moves) mobility_.receive(each);
	});
	daemon.on_message("registered", [this](const std::vector<std::string_view> &words, Bytes) {
		for (const auto &word : std::span{words}.subspan(1))
			if (const auto eid = EidPrefix::parse(word)) mobility_.registered(*eid);
	});
}

// What has moved, without looking at the others.
void Replyd::change(const SiteConfig &sections) {
	std::vector<std::unique_lock<std::mutex>> locks;
	for (const auto &worker : workers_) locks.push_back(worker->hold());
	eids_->change(sections, own_rlocs_.lost());
	if (rule_) rule_->forget_file();
}

std::vector<std::vector<IpAddress>> Replyd::requesters(const std::vector<EidPrefix> &eids) {
	PrefixIndex index;
	for (std::uint32_t i = 0; i < eids.size(); ++i) index.insert(eids[i], i);
	std::vector<std::set<IpAddress>> found(eids.size());
	for (const auto &worker : workers_) {
		const auto lock = worker->hold();
		worker->requesters().for_each(std::chrono::steady_clock::now(), [&](const auto &entry) {
			if (const auto match = index.longest_match(entry.eid))
				found[match->value].insert(entry.rloc);
		});
	}
	std::vector<std::vector<IpAddress>> result;
	for (const auto &each : found) result.emplace_back(each.begin(), each.end());
	return result;
}

void Replyd::configure(const SiteConfig &config) {
	own_rlocs_.configure(config);
	EidRecords eids{config};
	eids.set_lost(own_rlocs_.lost());
	use(std::move(eids));
	mobility_.configure(config, version_);
	for (const auto &worker : workers_) worker->follow_moves(mobility_.takes_any());
}

void Replyd::look_at_own_rlocs() {
	const auto before = own_rlocs_.lost();
	own_rlocs_.look();
	const auto lost = own_rlocs_.lost();
	if (lost == before) return;
	auto eids = *eids_;
	eids.set_lost(lost);
	use(std::move(eids));
}

void Replyd::use(EidRecords eids) {
	eids_ = std::make_shared<EidRecords>(std::move(eids));
	for (const auto &worker : workers_) worker->replace(eids_);
}

ReplydStatus Replyd::status() const {
	const auto counted = replier_counters();
	const auto asked = std::max<std::uint64_t>(counted.answered_octets, 1);
	return {eids_->size(), 100 * counted.reply_octets / asked};
}

ReplierCounters Replyd::replier_counters() const {
	ReplierCounters sum;
	for (const auto &worker : workers_) add(sum, worker->replier_counters());
	return sum;
}

SocketCounters Replyd::socket_counters() const {
	SocketCounters sum;
	for (const auto &worker : workers_) add(sum, worker->socket_counters());
	return sum;
}

void Replyd::append_metrics(Text &text) const {
	MetricsSink sink{text, "lisp_replyd"};
	describe_fields(sink, status());
	describe_fields(sink, replier_counters());
	describe_fields(sink, socket_counters());
	describe_fields(sink, mobility_.counters());
	describe_fields(sink, mobility_.solicitor_counters());
}

// What this daemon makes of requests, in one line for who reads the log: in percent, what it would
// add to a flood that forged addresses cause.
void Replyd::report() {
	report_timer_.set(std::chrono::steady_clock::now() + report_interval);
	const auto counted = replier_counters();
	if (std::exchange(reported_, counted.map_replies) == counted.map_replies) return;
	log_.info("{} of {} datagrams answered, {} octets with {} ({} %)", counted.map_replies,
	    counted.received, counted.answered_octets, counted.reply_octets, status().reply_percent);
}

} // namespace

int run(const ReplydOptions &options) {
	Daemon daemon{"lisp-replyd", options.daemon};
	FileVersion version;
	const auto read = [&version](Daemon &of, Diagnostics &found) {
		return read_site_config_to_edit(of, found, version);
	};
	const auto config = load_configuration(read, daemon);
	if (!config) return 1;
	if (options.daemon.check_only) return 0;
	Replyd replyd{options, daemon, *config, version};
	return daemon.run(replyd.listening());
}

} // namespace lisp
