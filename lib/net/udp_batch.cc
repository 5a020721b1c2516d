#include "net/udp_batch.h"

#include "net/udp_message.h"

#include <array>

namespace lisp {

namespace {

// Rooms at multiples of a large power of two would share the same few lines of the caches.
constexpr std::size_t room_stride = UdpSocket::max_payload + 1 + 5 * 64;

} // namespace

struct UdpBatch::Slots {
	std::unique_ptr<std::uint8_t[]> octets =
	    std::make_unique_for_overwrite<std::uint8_t[]>(max_size * room_stride);
	std::array<IncomingMessage, max_size> messages;
	std::array<mmsghdr, max_size> headers;
	std::array<UdpSocket::Received, max_size> received;
};

UdpBatch::UdpBatch() : slots_(std::make_unique<Slots>()) {}
UdpBatch::~UdpBatch() = default;
UdpBatch::UdpBatch(UdpBatch &&) noexcept = default;
UdpBatch &UdpBatch::operator=(UdpBatch &&) noexcept = default;

std::span<const UdpSocket::Received> UdpBatch::receive(const UdpSocket &socket) {
	auto &[octets, messages, headers, received] = *slots_;
	const auto &local = socket.local().address;
	for (std::size_t i = 0; i < max_size; ++i)
		messages[i].prepare(headers[i].msg_hdr,
		    {octets.get() + i * room_stride, UdpSocket::max_payload}, local.is_unspecified());
	const auto count =
	    recvmmsg(socket.descriptor(), headers.data(), max_size, MSG_DONTWAIT, nullptr);
	if (count <= 0) return {};
	const auto size = static_cast<std::size_t>(count);
	for (std::size_t i = 0; i < size; ++i)
		received[i] = messages[i].received(
		    headers[i].msg_hdr, static_cast<std::size_t>(headers[i].msg_len), local);
	return std::span{received}.first(size);
}

} // namespace lisp
