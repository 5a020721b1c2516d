#include "lisp-registerd/queries.h"

#include "lisp-registerd/report.h"
#include "print/metrics_sink.h"

#include <fmt/core.h>

namespace lisp {

namespace {

struct Totals {
	std::size_t servers = 0;
	std::size_t acknowledging = 0;
	std::size_t eids = 0;
};

struct Sends {
	std::uint64_t failed = 0;
};

struct RegisteredLocator {
	std::string rloc;
	std::uint8_t priority = 0;
	std::uint8_t weight = 0;
	bool local = false;
	bool reachable = false;
};

struct RegisteredWith {
	std::string server;
	std::string_view state;
};

struct RegisteredEid {
	std::string eid;
	std::uint32_t ttl = 0; // minutes
	std::vector<RegisteredLocator> locators;
	std::size_t acknowledged = 0; // by so many of the servers
	std::vector<RegisteredWith> servers;
};

} // namespace

template <>
inline constexpr auto fields<Totals> = std::tuple{
    Field{"map-servers", &Totals::servers},
    Field{"acknowledging", &Totals::acknowledging},
    Field{"registered-eids", &Totals::eids},
};
template <>
inline constexpr auto fields<Sends> = std::tuple{Field{"send-failures", &Sends::failed}};
template <>
inline constexpr auto fields<RegisteredLocator> = std::tuple{
    Field{"rloc", &RegisteredLocator::rloc},
    Field{"priority", &RegisteredLocator::priority},
    Field{"weight", &RegisteredLocator::weight},
    Field{"local", &RegisteredLocator::local},
    Field{"reachable", &RegisteredLocator::reachable},
};
template <>
inline constexpr auto fields<RegisteredWith> = std::tuple{
    Field{"server", &RegisteredWith::server},
    Field{"state", &RegisteredWith::state},
};
template <>
inline constexpr auto fields<RegisteredEid> = std::tuple{
    Field{"eid", &RegisteredEid::eid},
    Field{"ttl", &RegisteredEid::ttl},
    Field{"locators", &RegisteredEid::locators},
    Field{"acknowledged", &RegisteredEid::acknowledged},
    Field{"servers", &RegisteredEid::servers},
};

namespace {

Totals totals(const Registrar &registrar) {
	Totals totals{registrar.servers(), 0, registrar.records().size()};
	for (std::size_t i = 0; i < registrar.servers(); ++i)
		totals.acknowledging +=
		    registrar.status(i).state == RegistrationState::acknowledged ? 1 : 0;
	return totals;
}

void answer_servers(const Registrar &registrar, QueryReply &reply) {
	const auto now = std::chrono::steady_clock::now();
	for (std::size_t i = 0; i < registrar.servers(); ++i) {
		const auto details = registrar.details(i, now);
		if (reply.json())
			reply.print(details);
		else
			reply.line(to_line(details));
	}
}

RegisteredEid registered_eid(const Registrar &registrar, std::uint32_t index, Arena &arena) {
	arena.reset();
	const auto &records = registrar.records();
	Reader in{records.octets({index, 1})};
	MapRecord record;
	read(in, arena, record);
	RegisteredEid eid{to_string(records.eid(index)), record.ttl.count(), {}, 0, {}};
	for (const auto &locator : record.locators)
		eid.locators.push_back({to_string(locator.rloc), locator.priority, locator.weight,
		    locator.local, locator.reachable});
	for (std::size_t server = 0; server < registrar.servers(); ++server) {
		const auto state = registrar.state_of(server, index);
		eid.acknowledged += state == RegistrationState::acknowledged ? 1 : 0;
		eid.servers.push_back({registrar.host(server), name(state)});
	}
	return eid;
}

std::string to_line(const RegisteredEid &eid) {
	auto line = fmt::format("{} ttl {}", eid.eid, eid.ttl);
	for (const auto &locator : eid.locators)
		line += fmt::format(" {},{},{}{}", locator.rloc, locator.priority, locator.weight,
		    locator.reachable ? "" : ",down");
	return line + fmt::format(" acknowledged {}/{}", eid.acknowledged, eid.servers.size());
}

// The EIDs as they come in the configuration, some at a time; it may change in between.
class EidList {
public:
	EidList(const Registrar &registrar, std::optional<EidPrefix> within)
	    : registrar_(registrar), within_(within) {}

	bool next(QueryReply &reply);

private:
	void find_place();

	const Registrar &registrar_;
	std::optional<EidPrefix> within_;
	std::uint32_t index_ = 0; // of the next
	EidPrefix last_;          // the one before it
};

void EidList::find_place() {
	const auto &records = registrar_.records();
	if (index_ == 0 || (index_ <= records.size() && records.eid(index_ - 1) == last_)) return;
	for (std::uint32_t i = 0; i < records.size(); ++i)
		if (records.eid(i) == last_) index_ = i + 1;
}

bool EidList::next(QueryReply &reply) {
	const auto &records = registrar_.records();
	Arena arena;
	for (find_place(); index_ < records.size() && !reply.is_full(); ++index_) {
		last_ = records.eid(index_);
		if (within_ && !within_->covers(last_)) continue;
		const auto eid = registered_eid(registrar_, index_, arena);
		if (reply.json())
			reply.print(eid);
		else
			reply.line(to_line(eid));
	}
	return index_ < records.size();
}

void append_metrics(Text &out, const Service &service) {
	MetricsSink sink{out, "lisp_registerd"};
	describe_fields(sink, service.registrar().counters());
	describe_fields(sink, Sends{service.failed_sends()});
	describe_fields(sink, totals(service.registrar()));
}

// "datagram FROM TO", handed on by the daemon that owns the control port.
void take_datagram(Service &service, const std::vector<std::string_view> &words, Bytes octets) {
	if (words.size() != 3) return;
	const auto from = parse_endpoint(words[1], 0);
	const auto to = parse_endpoint(words[2], 0);
	if (from && to) service.receive(*from, *to, octets);
}

} // namespace

void offer_queries(Daemon &daemon, Service &service) {
	const auto &registrar = service.registrar();
	daemon.on_query("status", [&](QueryReply &reply) { reply.print(totals(registrar)); });
	daemon.on_query("counters", [&](QueryReply &reply) {
		reply.print(registrar.counters());
		reply.print(Sends{service.failed_sends()});
	});
	daemon.on_query("servers", [&](QueryReply &reply) { answer_servers(registrar, reply); });
	daemon.on_table("eids", [&](std::optional<EidPrefix> within) {
		return [list = EidList{registrar, within}](
		           QueryReply &reply) mutable { return list.next(reply); };
	});
	daemon.on_message("datagram", [&](const std::vector<std::string_view> &words, Bytes octets) {
		take_datagram(service, words, octets);
	});
	daemon.on_metrics([&](Text &out) { append_metrics(out, service); });
}

} // namespace lisp
