// Any octets as LISP-SEC data: those of an Encapsulated Control Message, with what follows them,
// and those of a Map-Reply.
#include "laws.h"
#include "message/security.h"

namespace lisp {
namespace {

template <class Security> void check_security(Bytes octets) {
	Arena arena;
	Reader in{octets};
	Security security;
	read(in, arena, security);
	laws::require_bounded(arena, octets.size());
	if (in.ok())
		laws::require_round_trip(security,
		    [](Reader &again, Arena &room, Security &second) { read(again, room, second); });
}

void check_after(std::initializer_list<std::uint8_t> header, Bytes security) {
	Octets datagram{header};
	datagram.insert(datagram.end(), security.begin(), security.end());
	laws::check_control_message(datagram);
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const Bytes input{octets, size};
	check_security<RequestSecurity>(input);
	check_security<ReplySecurity>(input);
	check_after({0x88, 0, 0, 0}, input);
	check_after({0x22, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}, input);
	return 0;
}
