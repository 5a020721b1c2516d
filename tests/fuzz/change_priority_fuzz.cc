// Any octets as type 5, which is a Map-Notify-Ack or a Change-Priority Message, or as the
// Change-Priority Message's form under type 15.
#include "laws.h"
#include "message/type_five.h"

namespace lisp {
namespace {

void check_type_five(Bytes datagram, TypeFiveRule rule) {
	Arena arena;
	const auto found = read_type_five(datagram, arena, rule);
	laws::require_bounded(arena, datagram.size());
	if (!found) return;
	if (const auto *moved = std::get_if<ChangePriority>(&found->message))
		laws::require_round_trip(
		    *moved, [](Reader &in, Arena &room, ChangePriority &again) { read(in, room, again); });
}

void check_extension(Bytes datagram) {
	Arena arena;
	Reader in{datagram};
	ChangePriority message;
	message.layout = ChangePriorityLayout::extension;
	read(in, arena, message);
	laws::require_bounded(arena, datagram.size());
	if (in.ok() && in.remaining() == 0)
		laws::require_round_trip(message,
		    [](Reader &again, Arena &room, ChangePriority &second) { read(again, room, second); });
}

} // namespace
} // namespace lisp

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *octets, std::size_t size) {
	using namespace lisp;
	const Bytes input{octets, size};
	laws::check_message_of({MessageType::map_notify_ack, MessageType::shared_extension}, input);
	if (input.empty()) return 0;
	switch (static_cast<MessageType>(input[0] >> 4)) {
	case MessageType::map_notify_ack:
		for (const auto rule :
		    {TypeFiveRule::by_length, TypeFiveRule::map_notify_ack, TypeFiveRule::change_priority})
			check_type_five(input, rule);
		break;
	case MessageType::shared_extension: check_extension(input); break;
	default: break;
	}
	return 0;
}
