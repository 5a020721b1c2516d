// A thread that answers: sockets of its own, and the engine for what they get.
#pragma once

#include "common/control_port.h"
#include "common/message_log.h"
#include "engine/replier.h"
#include "lisp-replyd/mobility.h"
#include "net/local_socket.h"
#include "net/loop_thread.h"
#include "net/mailbox.h"

#include <memory>
#include <mutex>

namespace lisp {

// What the engine cannot count.
struct SocketCounters {
	std::uint64_t send_errors = 0;
	std::uint64_t registerd_lost = 0;
	std::uint64_t mapsync_lost = 0;
	std::uint64_t moves_lost = 0; // Change-Priority Messages, because too many waited
};

template <>
inline constexpr auto fields<SocketCounters> = std::tuple{
    Field{"send-errors", &SocketCounters::send_errors},
    Field{"registerd-lost", &SocketCounters::registerd_lost},
    Field{"mapsync-lost", &SocketCounters::mapsync_lost},
    Field{"moves-lost", &SocketCounters::moves_lost},
};

class Worker {
public:
	// `moves`: where Change-Priority Messages go; outlives this.
	Worker(Daemon &daemon, std::unique_ptr<ControlPort> port, Replier replier,
	    Mailbox<MobilityArrival> &moves);

	void start();
	void stop(); // throws what the thread ended by

	// On any thread.
	void replace(std::shared_ptr<const EidRecords> eids);
	void follow_moves(bool follows);
	void send(const Endpoint &to, const Endpoint &from, const Octets &octets);
	// Nothing is looked up as long as the lock lives.
	[[nodiscard]] std::unique_lock<std::mutex> hold() { return std::unique_lock{mutex_}; }
	const RecentRequesters &requesters() const { return replier_.requesters(); } // while held
	ReplierCounters replier_counters() const;
	SocketCounters socket_counters() const;

private:
	struct Outgoing {
		Endpoint to;
		Endpoint from;
		Octets octets;
	};
	std::vector<Loop::Watch> watch(Loop &loop);
	void send_waiting(const std::vector<Outgoing> &waiting);
	void receive(std::span<const Arrival> arrivals);
	void act_on(const Arrival &arrival, const Replier::Outcome &outcome, Instant now);
	void hand_on(const HandOn &message, const Arrival &arrival, Instant now);
	void log_drop(const Dropped &dropped, const Arrival &arrival, Instant now);
	void log_unsent(const Datagram &reply, const std::error_code &error);

	Log &log_;
	std::unique_ptr<ControlPort> port_;
	mutable std::mutex mutex_; // of what follows; held for a batch
	Replier replier_;
	MessageLog messages_;
	LocalSender registerd_;
	LocalSender mapsync_;
	Mailbox<MobilityArrival> &moves_;
	std::uint64_t moves_lost_ = 0;
	std::uint64_t send_errors_ = 0;
	Mailbox<Outgoing> outgoing_;
	LoopThread thread_; // ends before what it uses
};

} // namespace lisp
