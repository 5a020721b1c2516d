// Any octets as an Info-Request or an Info-Reply.
#include "laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	laws::check_message_of({MessageType::info}, {octets, size});
	return 0;
}
