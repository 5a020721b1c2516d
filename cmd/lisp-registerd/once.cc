#include "lisp-registerd/once.h"

#include "common/progress_line.h"
#include "lisp-registerd/report.h"
#include "net/local_socket.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstdio>
#include <stdexcept>

namespace lisp {

namespace {

using Clock = std::chrono::steady_clock;

// What a busy daemon may take beyond the time that it was given.
constexpr auto answering_time = std::chrono::seconds(5);

Clock::duration time_for(const RegisterdOptions &options) {
	const std::chrono::duration<double> patience{std::min(options.timeout, 1e6)};
	return std::chrono::duration_cast<Clock::duration>(patience);
}

void print(std::string_view text) {
	if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
		throw std::system_error(errno, std::generic_category(), "standard output");
}

// Tells at a terminal how far it is.
class OnceProgress {
public:
	OnceProgress(Loop &loop, const Registrar &registrar)
	    : registrar_(registrar), timer_(loop, [this] { show(); }) {
		if (line_.wanted()) timer_.set(Clock::now() + ProgressLine::interval);
	}

private:
	void show() {
		std::size_t acknowledged = 0;
		for (std::size_t i = 0; i < registrar_.servers(); ++i)
			acknowledged += registrar_.status(i).acknowledged;
		if (line_.is_due())
			line_.show(fmt::format("{} of {} acknowledgements of {} map-servers", acknowledged,
			    registrar_.servers() * registrar_.records().size(), registrar_.servers()));
		timer_.set(Clock::now() + ProgressLine::interval);
	}

	const Registrar &registrar_;
	ProgressLine line_;
	Loop::Timer timer_;
};

bool report(const Registrar &registrar, bool json) {
	Text text;
	bool all = registrar.servers() > 0;
	for (std::size_t i = 0; i < registrar.servers(); ++i) {
		const auto status = final_status(registrar, i);
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
	patience.set(Clock::now() + time_for(options));
	service.configure(config);
	service.on_progress([&] {
		if (service.registrar().is_answered()) loop.stop();
	});
	if (!service.registrar().is_answered()) {
		const OnceProgress progress{loop, service.registrar()};
		loop.run();
	}
	service.on_progress([] {});
	return report(service.registrar(), options.json) ? 0 : 1;
}

int ask_the_running_one(Daemon &daemon, const RegisterdOptions &options) {
	using namespace std::chrono;
	const auto path = daemon.local_socket("lisp-registerd");
	const auto patience = duration_cast<milliseconds>(time_for(options));
	const auto question =
	    fmt::format("query register {}{}\n", options.json ? "json " : "", patience.count());
	std::string text;
	const auto problem = ask_local(
	    path, question, [&text](std::string_view reply) { text += reply; },
	    patience + answering_time);
	print(text);
	if (problem && text.empty()) throw std::runtime_error(path + ": " + *problem);
	return problem ? 1 : 0;
}

} // namespace lisp
