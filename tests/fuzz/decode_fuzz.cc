// Any octets as a LISP datagram, to the control port and to the data port.
#include "laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	laws::check_control_message({octets, size});
	laws::check_data_packet({octets, size});
	return 0;
}
