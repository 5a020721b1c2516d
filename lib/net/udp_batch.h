// Several datagrams received with one call of the system.
#pragma once

#include "net/udp_socket.h"

#include <memory>
#include <span>

namespace lisp {

class UdpBatch {
public:
	// What is read and written for so many stays in the nearest cache.
	static constexpr std::size_t max_size = 32;

	// Takes 2 MiB of address space; memory only as far as datagrams were long.
	UdpBatch();
	~UdpBatch();
	UdpBatch(UdpBatch &&) noexcept;
	UdpBatch &operator=(UdpBatch &&) noexcept;

	// What is waiting, the oldest first; valid until the next call. Fewer than max_size: nothing
	// else was waiting.
	std::span<const UdpSocket::Received> receive(const UdpSocket &socket);

private:
	struct Slots;
	std::unique_ptr<Slots> slots_;
};

} // namespace lisp
