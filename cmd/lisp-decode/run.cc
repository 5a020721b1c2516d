#include "capture/capture_file.h"
#include "capture/hex_reader.h"
#include "common/cli.h"
#include "lisp-decode/key_ring.h"
#include "lisp-decode/options.h"
#include "lisp-decode/output.h"
#include "print/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace lisp {

namespace {

void complain(const std::string &what) {
	fmt::print(stderr, "lisp-decode: {}\n", what);
}

PrinterOptions printer_options(const Options &options) {
	const auto format = parse_format(options.format);
	if (!format)
		throw UsageError{
		    fmt::format("format '{}' is none of line, text, json, v102, hex", options.format)};
	const auto time = parse_time_form(options.time);
	if (!time) throw UsageError{fmt::format("time '{}' is none of utc, epoch, none", options.time)};
	return {*format, *time, options.octets};
}

constexpr std::array<std::string_view, 13> type_names{"map-request", "map-reply", "map-register",
    "map-notify", "map-notify-ack", "map-referral", "info-request", "info-reply",
    "encapsulated-control", "change-priority", "shared-extension", "data", "unknown"};

std::vector<std::string_view> split_types(std::string_view list) {
	std::vector<std::string_view> types;
	while (!list.empty()) {
		const auto name = list.substr(0, list.find(','));
		const auto known = std::find(type_names.begin(), type_names.end(), name);
		if (known == type_names.end())
			throw UsageError{
			    fmt::format("type '{}' is none of {}", name, fmt::join(type_names, ", "))};
		types.push_back(*known);
		list.remove_prefix(std::min(list.size(), name.size() + 1));
	}
	return types;
}

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

// From datagrams to text on standard output.
class Decoder {
public:
	explicit Decoder(const Options &options)
	    : types_(split_types(options.types)), printer_(printer_options(options)),
	      output_(options.line_buffered), left_(options.count == 0 ? UINT64_MAX : options.count) {}

	void use(KeyRing keys) { keys_ = std::move(keys); }
	bool wants_more() const { return left_ > 0; }
	bool failed() const { return failed_; }

	void take(const Captured &captured) {
		arena_.reset();
		auto found = dissect(captured, arena_);
		if (!types_.empty() && std::find(types_.begin(), types_.end(), found.type) == types_.end())
			return;
		if (!keys_.empty()) keys_.verify(found);
		if (found.error) failed_ = true;
		printer_.print(found);
		--left_;
		if (!output_.offer(printer_.buffer())) left_ = 0;
	}

	// After what was decoded before, also where both go to one file.
	void fail(const std::string &why) {
		flush();
		complain(why);
		failed_ = true;
	}

	void flush() {
		if (!output_.write(printer_.buffer())) left_ = 0;
	}

private:
	KeyRing keys_{{}};
	std::vector<std::string_view> types_;
	Printer printer_;
	Output output_;
	Arena arena_;
	std::uint64_t left_;
	bool failed_ = false;
};

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
	decoder.flush();
	return decoder.failed() ? 1 : 0;
}

} // namespace lisp
