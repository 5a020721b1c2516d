// Any octets as a Map-Referral.
#include "laws.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	laws::check_message_of({MessageType::map_referral}, {octets, size});
	return 0;
}
