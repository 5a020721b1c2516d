// Any octets as a Map-Notify or a Map-Notify-Ack.
#include "laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	laws::check_message_of({MessageType::map_notify, MessageType::map_notify_ack}, {octets, size});
	return 0;
}
