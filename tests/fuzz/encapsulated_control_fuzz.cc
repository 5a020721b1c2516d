// Any octets as an Encapsulated Control Message.
#include "laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	laws::check_message_of({MessageType::encapsulated_control}, {octets, size});
	return 0;
}
