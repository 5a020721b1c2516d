#include "lisp-registerd/moved_eids.h"

#include <algorithm>
#include <set>

namespace lisp {

namespace {

constexpr std::size_t line_octets = 16 * 1024;

} // namespace

MovedEids::MovedEids(Daemon &daemon, Service &service, std::shared_ptr<EditRule> rule)
    : daemon_(daemon), service_(service), rule_(std::move(rule)),
      replyd_(daemon.local_socket("lisp-replyd")) {
	daemon.on_message(
	    "eids", [this](const std::vector<std::string_view> &, Bytes octets) { take(octets); });
}

// "eids" and, from the next line on, @EID sections as lisp.conf(5) has them now: from the daemon
// that has saved it, so that nobody needs to read it for that.
void MovedEids::take(Bytes octets) {
	Diagnostics found;
	const auto sections =
	    parse_site_config({reinterpret_cast<const char *>(octets.data()), octets.size()}, found);
	if (found.has_errors())
		return daemon_.log().warning("EIDs that changed: {}", to_string("message", found.all()[0]));
	service_.change_eids(sections);
	rule_->forget_file();
	await(sections);
	advance();
}

void MovedEids::await(const SiteConfig &sections) {
	std::set<EidPrefix> eids;
	for (const auto &section : sections.eids) eids.insert(section.eid);
	std::erase_if(awaited_, [&](const Awaited &each) { return eids.contains(each.eid); });
	const auto &records = service_.registrar().records();
	for (std::uint32_t i = 0; i < records.size() && !eids.empty(); ++i)
		if (eids.erase(records.eid(i)) > 0) awaited_.push_back({i, records.eid(i)});
}

bool MovedEids::is_registered(const Awaited &awaited) const {
	const auto &registrar = service_.registrar();
	for (std::size_t server = 0; server < registrar.servers(); ++server)
		if (registrar.state_of(server, awaited.record) == RegistrationState::acknowledged)
			return true;
	return false;
}

void MovedEids::advance() {
	if (awaited_.empty()) return;
	const auto &records = service_.registrar().records();
	std::string line;
	const auto tell = [&] {
		if (!line.empty()) replyd_.send("registered" + line);
		line.clear();
	};
	std::erase_if(awaited_, [&](const Awaited &each) {
		// Another configuration has other records.
		if (each.record >= records.size() || records.eid(each.record) != each.eid) return true;
		if (!is_registered(each)) return false;
		line += ' ' + to_string(each.eid);
		if (line.size() > line_octets) tell();
		return true;
	});
	tell();
}

} // namespace lisp
