// What holds of any octets, whoever sent them. Every fuzz target feeds its kind of octets to one of
// these functions; a law that does not hold aborts.
//
// - A message is printed in every form, JSON and lines without a line break inside.
// - So is every prefix of it, and a fault lies within the octets that there are. Copies have their
//   exact size on the heap, so that AddressSanitizer sees a read beyond them.
// - What decodes without a fault encodes, and the copy decodes to an equal message.
// - Memory is proportional to the octets, whatever their counts and lengths claim.
#pragma once

#include "message/dissection.h"

#include <initializer_list>

namespace lisp::laws {

void require(bool holds);

// Octets of an arena for each octet of the datagram. An address of 2 octets takes 32 here, an LCAF
// of 8 takes 176; a type 5 is read in more ways than one, and an arena grows in doubled chunks.
inline constexpr std::size_t arena_factor = 128;
inline constexpr std::size_t arena_base = 16384; // octets, whatever the size

void require_bounded(const Arena &arena, std::size_t datagram_size);

void check_control_message(Bytes datagram);
void check_data_packet(Bytes datagram);

// The same for a message whose first four bits are one of `types`, made the first of them if not.
void check_message_of(std::initializer_list<MessageType> types, Bytes input);

// A message value is written, and read back the same by `read_again`.
template <class T, class Read> void require_round_trip(const T &message, Read read_again) {
	Octets room(max_datagram);
	Writer out{room};
	write(out, message);
	const auto written = out.finish();
	require(written.has_value());
	const Octets copy{written->begin(), written->end()};
	Arena arena;
	Reader in{copy};
	T second = message;
	read_again(in, arena, second);
	require(in.ok() && in.remaining() == 0 && second == message);
}

} // namespace lisp::laws
