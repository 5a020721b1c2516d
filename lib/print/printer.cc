#include "print/printer.h"

#include "print/line.h"
#include "print/message_fields.h"
#include "print/v102.h"

#include <array>
#include <utility>

namespace lisp {

namespace {

template <class Value> struct Named {
	std::string_view name;
	Value value;
};

constexpr std::array<Named<Format>, 5> formats{{
    {"line", Format::line},
    {"text", Format::text},
    {"json", Format::json},
    {"v102", Format::v102},
    {"hex", Format::hex},
}};

constexpr std::array<Named<TimeForm>, 5> time_forms{{
    {"utc", TimeForm::utc},
    {"local", TimeForm::local},
    {"epoch", TimeForm::epoch},
    {"delta", TimeForm::delta},
    {"none", TimeForm::none},
}};

template <class Table> auto find(const Table &table, std::string_view name) {
	std::optional<decltype(table[0].value)> found;
	for (const auto &entry : table)
		if (entry.name == name) found = entry.value;
	return found;
}

} // namespace

std::optional<Format> parse_format(std::string_view text) {
	return find(formats, text);
}

std::optional<TimeForm> parse_time_form(std::string_view text) {
	return find(time_forms, text);
}

Printer::Printer(PrinterOptions options) : options_(options) {}

void Printer::print(const Dissection &found) {
	switch (options_.format) {
	case Format::line:
		append_line(
		    buffer_, found, {time_of(found.captured), options_.colours, options_.violations_apart});
		buffer_ += '\n';
		break;
	case Format::text: print_text(found); break;
	case Format::json: print_json(found); break;
	case Format::v102: append_v102(buffer_, found); break;
	case Format::hex: print_hex(found); break;
	}
	const bool with_dump = options_.format == Format::line || options_.format == Format::text;
	if (options_.octets && with_dump) append_dump(buffer_, found.captured.octets);
}

std::optional<TimeText> Printer::time_of(const Captured &captured) {
	if (!captured.time || options_.time == TimeForm::none) return std::nullopt;
	const auto before = std::exchange(latest_, *captured.time);
	if (options_.time != TimeForm::delta) return TimeText{*captured.time, options_.time};
	return TimeText{*captured.time - before.value_or(*captured.time), options_.time};
}

void Printer::print_text(const Dissection &found) {
	buffer_ += options_.colours.type;
	buffer_ += found.type;
	buffer_ += options_.colours.off;
	buffer_ += '\n';
	describe_contents(text_, found, time_of(found.captured), false);
	const auto faults_at = buffer_.size();
	buffer_ += found.error ? options_.colours.fault : options_.colours.warning;
	const auto text_at = buffer_.size();
	describe_faults(text_, found);
	if (buffer_.size() == text_at) return buffer_.cut(faults_at);
	buffer_.cut(buffer_.size() - 1);
	buffer_ += options_.colours.off;
	buffer_ += '\n';
}

void Printer::print_json(const Dissection &found) {
	json_.restart();
	json_.open({});
	describe_contents(json_, found, time_of(found.captured), options_.octets);
	describe_faults(json_, found);
	json_.close();
	buffer_ += '\n';
}

void Printer::print_hex(const Dissection &found) {
	append_endpoints(buffer_, found.captured);
	if (found.captured.source) buffer_ += ' ';
	append_hex(buffer_, found.captured.octets);
	buffer_ += '\n';
}

void append_dump(Text &out, Bytes octets) {
	constexpr std::size_t octets_a_line = 16;
	for (std::size_t at = 0; at < octets.size(); at += octets_a_line) {
		const auto row = octets.subspan(at, std::min(octets_a_line, octets.size() - at));
		const std::array<std::uint8_t, 2> offset{
		    static_cast<std::uint8_t>(at >> 8), static_cast<std::uint8_t>(at)};
		out += "\t0x";
		append_hex(out, offset);
		out += ":  ";
		for (std::size_t i = 0; i < row.size(); i += 2) {
			if (i > 0) out += ' ';
			append_hex(out, row.subspan(i, std::min<std::size_t>(2, row.size() - i)));
		}
		out += '\n';
	}
}

} // namespace lisp
