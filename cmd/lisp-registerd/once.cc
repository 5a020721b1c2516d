#include "lisp-registerd/once.h"

#include "lisp-registerd/report.h"
#include "net/local_socket.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <thread>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

constexpr auto poll_interval = std::chrono::milliseconds(50);

Instant end_of(const RegisterdOptions &options) {
	const std::chrono::duration<double> patience{std::min(options.timeout, 1e6)};
	return Clock::now() + std::chrono::duration_cast<Clock::duration>(patience);
}

void print(const std::string &text) {
	if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
		throw std::system_error(errno, std::generic_category(), "standard output");
}

bool report(const Registrar &registrar, bool json) {
	std::string text;
	bool all = registrar.servers() > 0;
	for (std::size_t i = 0; i < registrar.servers(); ++i) {
		auto status = registrar.status(i);
		if (status.state == RegistrationState::pending) {
			// Some of several registers may have been answered.
			status.state =
			    status.acknowledged > 0 ? RegistrationState::partial : RegistrationState::timeout;
		}
		all = all && status.state == RegistrationState::acknowledged;
		if (json) {
			JsonSink sink{text};
			describe(sink, {}, status);
		} else {
			text += to_line(status);
		}
		text += '\n';
	}
	print(text);
	return all;
}

} // namespace

int register_once(
    Daemon &daemon, Service &service, const SiteConfig &config, const RegisterdOptions &options) {
	auto &loop = daemon.loop();
	Loop::Timer patience{loop, [&loop] { loop.stop(); }};
	patience.set(end_of(options));
	service.configure(config);
	service.on_progress([&] {
		if (service.registrar().is_answered()) loop.stop();
	});
	if (!service.registrar().is_answered()) loop.run();
	service.on_progress([] {});
	return report(service.registrar(), options.json) ? 0 : 1;
}

int ask_the_running_one(Daemon &daemon, const RegisterdOptions &options) {
	const auto path = daemon.local_socket("lisp-registerd");
	const auto ask = [&path](const std::string &query) {
		std::string answer;
		const auto refused = ask_local(
		    path, "query " + query + '\n', [&answer](std::string_view reply) { answer += reply; });
		if (refused) throw std::runtime_error(path + ": " + *refused);
		return answer;
	};
	const auto end = end_of(options);
	ask("register");
	std::string progress;
	while ((progress = ask("progress")).starts_with("waiting") && Clock::now() < end)
		std::this_thread::sleep_for(poll_interval);
	print(ask(options.json ? "servers json" : "servers"));
	return progress.starts_with("acknowledged") ? 0 : 1;
}

} // namespace lisp
