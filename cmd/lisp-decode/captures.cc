#include "lisp-decode/captures.h"

#include "common/cli.h"
#include "common/os.h"
#include "common/process.h"
#include "lisp-decode/saving.h"

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>

namespace lisp {

namespace {

bool wants_progress(const Options &options) {
	const bool is_quiet = options.statistics || options.counts || !options.output.empty();
	const bool fills_terminal = !is_quiet && isatty(STDOUT_FILENO) != 0;
	return !options.no_progress && !fills_terminal;
}

void show(ProgressLine &progress, const CaptureFile &capture) {
	const auto position = progress.is_due() ? capture.position() : std::nullopt;
	if (!position || position->size == 0) return;
	progress.show(fmt::format("{}: {} %", capture.name(),
	    std::min<std::uint64_t>(position->at * 100 / position->size, 100)));
}

} // namespace

Captures::Captures(const Options &options, const Interrupt &interrupt, Decoder &decoder)
    : options_(options), interrupt_(interrupt), decoder_(decoder),
      progress_(wants_progress(options)) {
	if (options.output.empty()) return;
	auto saving = std::make_unique<Saving>(options.output, options.line_buffered);
	saving_ = saving.get();
	decoder.use(std::move(saving));
}

Result<CaptureFile, std::string> Captures::open(const std::string &name) const {
	const int stop = interrupt_.descriptor();
	if (!options_.interface.empty()) return CaptureFile::listen(name, stop);
	if (!options_.follow) return CaptureFile::open(name, stop);
	if (access(name.c_str(), F_OK) < 0) complain(name + ": not there yet, waiting for it");
	return CaptureFile::follow(name, stop);
}

// What comes from the network is read as somebody who can do no harm.
void Captures::leave_root() const {
	if (geteuid() == 0) become(options_.user.empty() ? "nobody" : options_.user);
	os::forbid_new_privileges();
}

bool Captures::wants_more() const {
	return decoder_.wants_more() && interrupt_.signal() == 0 &&
	       (saving_ == nullptr || saving_->wants_more());
}

void Captures::decode(const std::string &name, const std::string &filter) {
	auto capture = open(name);
	if (!capture) {
		if (interrupt_.signal() == 0) decoder_.fail(capture.error());
		return;
	}
	if (!filter.empty()) {
		if (const auto error = capture->set_filter(filter)) {
			decoder_.flush();
			throw UsageError{*error};
		}
	}
	if (saving_ != nullptr)
		if (const auto error = saving_->begin(*capture)) return decoder_.fail(*error);
	if (decoder_.wants_types_alone()) capture->set_checksums(Checksums::unchecked);
	if (!options_.interface.empty()) leave_root();
	if (progress_.wanted()) capture->watch([&] { show(progress_, *capture); });
	while (wants_more()) {
		const auto captured = capture->next();
		if (!captured) break;
		decoder_.take(*captured);
	}
	progress_.erase();
	decoder_.account(capture->counters());
	if (!capture->error().empty()) decoder_.fail(capture->error());
}

} // namespace lisp
