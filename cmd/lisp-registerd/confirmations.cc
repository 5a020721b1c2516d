#include "lisp-registerd/confirmations.h"

#include "lisp-registerd/report.h"

#include <algorithm>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t usual_patience = 4'000; // milliseconds
constexpr std::uint64_t max_patience = 1'000'000'000;

} // namespace

Confirmations::Confirmations(Daemon &daemon, Service &service)
    : daemon_(daemon), service_(service), timer_(daemon.loop(), [this] { advance(); }) {
	daemon.on_slow_query(
	    "register", [this](const Daemon::Asker &asker,
	                    const std::vector<std::string_view> &arguments) { ask(asker, arguments); });
}

void Confirmations::ask(
    const Daemon::Asker &asker, const std::vector<std::string_view> &arguments) {
	const auto given =
	    arguments.empty() ? usual_patience : parse_number(arguments[0], max_patience);
	if (!given) {
		const auto refuse = [&](QueryReply &) {
			return "'" + std::string{arguments[0]} + "' is no number of milliseconds";
		};
		return daemon_.answer(asker, refuse);
	}
	waiting_.push_back({asker, Clock::now() + std::chrono::milliseconds(*given)});
	service_.ask_for_notifies(true);
	service_.register_again();
}

void Confirmations::advance() {
	// At the end nobody is told that none of no records is missing.
	if (waiting_.empty() || service_.has_ended()) return;
	const auto now = Clock::now();
	const bool answered = service_.registrar().is_answered();
	std::erase_if(waiting_, [&](const Waiting &one) {
		if (!answered && one.until > now) return !daemon_.is_waiting(one.asker);
		answer(one.asker);
		return true;
	});
	if (waiting_.empty()) return service_.ask_for_notifies(false);
	const auto first = std::min_element(waiting_.begin(), waiting_.end(),
	    [](const Waiting &a, const Waiting &b) { return a.until < b.until; });
	timer_.set(first->until);
}

void Confirmations::answer(const Daemon::Asker &asker) {
	daemon_.answer(asker, [this](QueryReply &reply) -> std::optional<std::string> {
		const auto &registrar = service_.registrar();
		bool all = registrar.servers() > 0;
		for (std::size_t i = 0; i < registrar.servers(); ++i) {
			const auto status = final_status(registrar, i);
			all = all && status.state == RegistrationState::acknowledged;
			if (reply.json())
				reply.print(status);
			else
				reply.line(to_line(status));
		}
		if (all) return std::nullopt;
		return "not every map-server has acknowledged every record";
	});
}

} // namespace lisp
