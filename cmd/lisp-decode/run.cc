#include "capture/capture_file.h"
#include "capture/hex_reader.h"
#include "common/cli.h"
#include "lisp-decode/decoder.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace lisp {

namespace {

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
	if (inputs.files.empty())
		throw UsageError{"no input: expected -r FILE, or - for standard input"};
	return inputs;
}

void decode_capture(Decoder &decoder, const std::string &path, const std::string &filter) {
	auto capture = CaptureFile::open(path);
	if (!capture) return decoder.fail(capture.error());
	if (!filter.empty()) {
		if (const auto error = capture->set_filter(filter)) {
			decoder.flush();
			throw UsageError{*error};
		}
	}
	while (decoder.wants_more()) {
		const auto captured = capture->next();
		if (!captured) break;
		decoder.take(*captured);
	}
	if (!capture->error().empty()) decoder.fail(capture->error());
}

void decode_hex(Decoder &decoder, const std::string &path) {
	const bool is_stdin = path == "-";
	const std::unique_ptr<std::FILE, int (*)(std::FILE *)> opened{
	    is_stdin ? nullptr : std::fopen(path.c_str(), "re"), &std::fclose};
	if (!is_stdin && !opened) return decoder.fail(path + ": " + std::strerror(errno));
	HexReader reader{is_stdin ? stdin : opened.get(), is_stdin ? "standard input" : path};
	while (decoder.wants_more()) {
		const auto captured = reader.next();
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
	for (const auto &file : inputs.files) {
		if (!decoder.wants_more()) break;
		if (options.hex)
			decode_hex(decoder, file);
		else
			decode_capture(decoder, file, inputs.filter);
	}
	decoder.finish();
	return decoder.failed() ? 1 : 0;
}

} // namespace lisp
