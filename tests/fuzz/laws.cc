#include "laws.h"

#include "auth/hmac.h"
#include "message/rules.h"
#include "print/printer.h"

#include <cstdlib>

namespace lisp::laws {

namespace {

enum class Kind { control, data };

Octets exact(Bytes octets) {
	return {octets.begin(), octets.end()};
}

Dissection take_apart(const Octets &datagram, Kind kind, Arena &arena) {
	Captured captured;
	captured.frame = 1;
	captured.time = 0;
	captured.source = captured.destination = Endpoint{IpAddress::v4(0x7f000001), control_port};
	captured.octets = datagram;
	captured.length = datagram.size();
	captured.data = kind == Kind::data;
	auto found = dissect(captured, arena);
	require_bounded(arena, datagram.size());
	require(!found.error || found.error->offset <= datagram.size());
	return found;
}

void print(const Dissection &found) {
	for (const auto format :
	    {Format::line, Format::text, Format::json, Format::v102, Format::hex}) {
		Printer printer{{format, TimeForm::utc, format == Format::json}};
		printer.print(found);
		const auto text = printer.buffer().view();
		require(!text.empty() && text.back() == '\n');
		const bool one_line =
		    format == Format::line || format == Format::json || format == Format::hex;
		require(!one_line || text.find('\n') == text.size() - 1);
	}
}

// All prefixes of a short datagram, some of a long one.
void check_prefixes(Bytes datagram, Kind kind) {
	constexpr std::size_t most = 64;
	Arena arena;
	for (std::size_t size = 0; size < datagram.size(); size += 1 + datagram.size() / most) {
		const auto prefix = exact(datagram.first(size));
		arena.reset();
		take_apart(prefix, kind, arena);
	}
}

void check_printing(Bytes datagram, Kind kind) {
	Arena arena;
	const auto copy = exact(datagram);
	auto found = take_apart(copy, kind, arena);
	check_rules(found);
	print(found);
}

// A message of which nothing is known but its type is kept as it is.
void check_round_trip(const Octets &datagram) {
	static Octets room(max_datagram);
	Arena arena;
	const auto first = decode(datagram, arena);
	require_bounded(arena, datagram.size());
	if (first.error) return;
	const auto written = encode(first.message, room);
	require(written.has_value());
	const auto copy = exact(*written);
	Arena again;
	const auto second = decode(copy, again);
	require(!second.error);
	require(second.message == first.message);
}

Bytes at_most_a_datagram(Bytes octets) {
	return octets.first(std::min(octets.size(), max_datagram));
}

} // namespace

void require(bool holds) {
	if (!holds) std::abort();
}

void require_bounded(const Arena &arena, std::size_t datagram_size) {
	require(arena.capacity() <= arena_base + arena_factor * datagram_size);
}

void check_control_message(Bytes datagram) {
	datagram = at_most_a_datagram(datagram);
	check_printing(datagram, Kind::control);
	check_prefixes(datagram, Kind::control);
	const auto copy = exact(datagram);
	check_round_trip(copy);
	static Key key{"golden-key-1"};
	key.check(copy);
}

void check_data_packet(Bytes datagram) {
	datagram = at_most_a_datagram(datagram);
	check_printing(datagram, Kind::data);
	check_prefixes(datagram, Kind::data);
}

void check_message_of(std::initializer_list<MessageType> types, Bytes input) {
	if (input.empty()) return;
	auto datagram = exact(input);
	const auto type = static_cast<MessageType>(datagram[0] >> 4);
	if (std::find(types.begin(), types.end(), type) == types.end())
		datagram[0] = static_cast<std::uint8_t>(
		    static_cast<unsigned>(*types.begin()) << 4 | (datagram[0] & 0x0f));
	check_control_message(datagram);
}

} // namespace lisp::laws
