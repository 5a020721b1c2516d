#include "capture/hex_reader.h"
#include "common/cli.h"
#include "lisp-decode/captures.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace lisp {

namespace {

constexpr int by_signal = 128; // added to its number, as in a shell's status

// nullopt after complaints.
std::optional<KeyRing> load_keys(const Options &options) {
	if (options.key_file.empty()) return KeyRing{{}};
	Diagnostics found;
	const auto lines = load_key_file(options.key_file, options.insecure_perms, found);
	for (const auto &diagnostic : found.all()) complain(to_string(options.key_file, diagnostic));
	if (found.has_errors()) return std::nullopt;
	return KeyRing{lines};
}

struct Inputs {
	std::vector<std::string> files;
	std::string filter;
};

void check_combination(const Options &options, const std::vector<std::string> &files) {
	if (options.hex && !(options.interface.empty() && options.output.empty() && !options.follow))
		throw UsageError{"--hex excludes -i, -w and --follow"};
	if (!options.interface.empty() && (!files.empty() || options.follow))
		throw UsageError{"-i excludes -r, - and --follow"};
	if (options.interface.empty() && !options.user.empty()) throw UsageError{"--user goes with -i"};
	if (!options.output.empty() && (options.pair || options.statistics || options.counts))
		throw UsageError{"-w excludes --pair, --stats and --count"};
	if (options.follow && (files.size() != 1 || files.front() == "-"))
		throw UsageError{"--follow goes with one -r FILE"};
}

Inputs choose_inputs(const Options &options) {
	Inputs inputs{options.inputs, {}};
	auto words = options.words;
	if (options.hex) {
		inputs.files.insert(inputs.files.end(), words.begin(), words.end());
	} else {
		if (!words.empty() && words.front() == "-") {
			inputs.files.push_back("-");
			words.erase(words.begin());
		}
		inputs.filter = fmt::format("{}", fmt::join(words, " "));
	}
	check_combination(options, inputs.files);
	if (!options.interface.empty()) inputs.files.push_back(options.interface);
	if (inputs.files.empty())
		throw UsageError{"no input: expected -r FILE, -i INTERFACE, or - for standard input"};
	return inputs;
}

void decode_hex(Decoder &decoder, const std::string &path, const Interrupt &interrupt) {
	const bool is_stdin = path == "-";
	const std::unique_ptr<std::FILE, int (*)(std::FILE *)> opened{
	    is_stdin ? nullptr : std::fopen(path.c_str(), "re"), &std::fclose};
	if (!is_stdin && !opened) return decoder.fail(path + ": " + std::strerror(errno));
	HexReader reader{is_stdin ? stdin : opened.get(), is_stdin ? "standard input" : path};
	while (decoder.wants_more()) {
		const auto captured = reader.next();
		if (interrupt.signal() != 0) break;
		for (const auto &error : reader.take_errors()) decoder.fail(error);
		if (!captured) break;
		decoder.take(*captured);
	}
}

} // namespace

int run(const Options &options) {
	const auto inputs = choose_inputs(options);
	Decoder decoder{options};
	auto keys = load_keys(options);
	if (!keys) return 1;
	decoder.use(std::move(*keys));
	const Interrupt interrupt;
	Captures captures{options, interrupt, decoder};
	for (const auto &file : inputs.files) {
		if (!decoder.wants_more() || interrupt.signal() != 0) break;
		if (options.hex)
			decode_hex(decoder, file, interrupt);
		else
			captures.decode(file, inputs.filter);
	}
	decoder.finish();
	if (const int signal = interrupt.signal(); signal != 0) return by_signal + signal;
	return decoder.failed() ? 1 : 0;
}

} // namespace lisp
