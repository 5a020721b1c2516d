// Any octets as a packet of the data plane.
#include "laws.h"
#include "message/data_packet.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const Bytes input{octets, size};
	laws::check_data_packet(input);
	Reader in{input};
	DataPacket packet;
	read(in, packet);
	laws::require(in.ok() == (size >= data_header_size));
	if (in.ok())
		laws::require_round_trip(
		    packet, [](Reader &again, Arena &, DataPacket &second) { read(again, second); });
	return 0;
}
