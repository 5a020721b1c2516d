// The Map-Server between its sockets and its journal.
#pragma once

#include "common/control_port.h"
#include "common/message_log.h"
#include "engine/map_server_status.h"
#include "lisp-mapserverd/journal.h"
#include "lisp-mapserverd/run.h"

#include <deque>

namespace lisp {

// What the engine cannot count.
struct MapserverdCounters {
	std::uint64_t send_errors = 0;
	std::uint64_t save_errors = 0;
	std::uint64_t not_acknowledged = 0; // because it could not be saved
};

class Mapserverd {
public:
	// Restores what the journal has. Throws what that does.
	Mapserverd(const MapserverdOptions &options, Daemon &daemon, ControlPort &port,
	    Journal &journal, MapServerConfig config);

	void reload(MapServerConfig config);

private:
	// A datagram that waits until what it acknowledges is saved.
	struct Held {
		std::uint64_t needs = 0; // by the journal's count
		Endpoint to;
		IpAddress source;
		Endpoint local;
		Octets octets;
	};

	void restore();
	void begin_journal();
	void answer_queries();
	void receive(std::span<const Arrival> arrivals);
	void use(const Arrival &arrival, const MapServer::Outcome &outcome, Instant now);
	void send(const Datagram &datagram, const Endpoint &local);
	void hold(const Datagram &datagram, const Endpoint &local);
	void send_notifies(Instant now);
	void log_unsent(const Datagram &datagram, const std::error_code &error);
	void send_held();
	void give_up_held(std::error_code error);
	void log_drop(const MapServer::Dropped &dropped, const Arrival &arrival, Instant now);
	void schedule_expiry();
	void expire();
	void keep_time();
	void end();
	void append_metrics(Text &text) const;

	Daemon &daemon_;
	ControlPort &port_;
	Journal &journal_;
	RunningTime time_;
	MapServer server_;
	MessageLog messages_;
	Loop::Timer expiry_;
	Loop::Timer keep_time_;
	std::optional<Instant> expiry_set_;
	bool failing_ = false; // to save, and told
	std::deque<Held> held_;
	std::optional<MapServerSnapshot> snapshot_; // that is being saved
	Instant appended_{};                        // the last time
	MapserverdCounters counters_;
	std::vector<Loop::Watch> watches_;
};

template <>
inline constexpr auto fields<MapserverdCounters> = std::tuple{
    Field{"send-errors", &MapserverdCounters::send_errors},
    Field{"save-errors", &MapserverdCounters::save_errors},
    Field{"not-acknowledged", &MapserverdCounters::not_acknowledged},
};

} // namespace lisp
