#include "lisp-replyd/worker.h"

namespace lisp {

namespace {

constexpr std::size_t most_outgoing = 65'536;

} // namespace

Worker::Worker(Daemon &daemon, std::unique_ptr<ControlPort> port, Replier replier,
    Mailbox<MobilityArrival> &moves)
    : log_(daemon.log()), port_(std::move(port)), replier_(std::move(replier)),
      messages_(daemon.log(), daemon.options()), registerd_(daemon.local_socket("lisp-registerd")),
      mapsync_(daemon.local_socket("lisp-mapsync")), moves_(moves), outgoing_(most_outgoing) {}

void Worker::start() {
	thread_.start([this](Loop &loop) { return watch(loop); });
}

void Worker::stop() {
	thread_.stop();
}

std::vector<Loop::Watch> Worker::watch(Loop &loop) {
	auto watches = port_->watch(
	    loop, [this](std::span<const Arrival> arrivals) { receive(arrivals); },
	    [this](const auto &datagram, const auto &error) { log_unsent(datagram, error); });
	watches.push_back(outgoing_.watch(
	    loop, [this](const std::vector<Outgoing> &waiting) { send_waiting(waiting); }));
	return watches;
}

void Worker::send(const Endpoint &to, const Endpoint &from, const Octets &octets) {
	outgoing_.post({to, from, octets});
}

void Worker::send_waiting(const std::vector<Outgoing> &waiting) {
	for (const auto &[to, from, octets] : waiting) {
		messages_.sent(from, to, octets);
		port_->send({to, reply_source(from.address, to.address), octets}, from);
	}
	port_->flush();
}

void Worker::receive(std::span<const Arrival> arrivals) {
	const auto now = std::chrono::steady_clock::now();
	const std::scoped_lock lock{mutex_};
	replier_.receive(arrivals, now,
	    [&](const Arrival &arrival, const auto &outcome) { act_on(arrival, outcome, now); });
}

void Worker::act_on(const Arrival &arrival, const Replier::Outcome &outcome, Instant now) {
	messages_.received(arrival.from, arrival.to, arrival.octets);
	if (const auto *message = std::get_if<HandOn>(&outcome)) return hand_on(*message, arrival, now);
	if (const auto *dropped = std::get_if<Dropped>(&outcome))
		return log_drop(*dropped, arrival, now);
	const auto &reply = std::get<Datagram>(outcome);
	messages_.sent({reply.source, arrival.to.port}, reply.to, reply.octets);
	port_->send(reply, arrival.to);
}

void Worker::hand_on(const HandOn &message, const Arrival &arrival, Instant now) {
	if (message.recipient == HandOn::Recipient::mobility) {
		Octets octets(message.octets.begin(), message.octets.end());
		if (!moves_.post({arrival.from, arrival.to, std::move(octets)})) ++moves_lost_;
		return;
	}
	auto &to = message.recipient == HandOn::Recipient::registrar ? registerd_ : mapsync_;
	const auto line =
	    fmt::format("datagram {} {}", to_string(arrival.from), to_string(arrival.to.address));
	to.send(line, message.octets, now);
}

void Worker::log_drop(const Dropped &dropped, const Arrival &arrival, Instant now) {
	const bool fault =
	    dropped.reason == DropReason::malformed || dropped.reason == DropReason::too_large;
	if (fault ? !log_.allow(now) : !log_.shows(Severity::debug)) return;
	const auto why = dropped.reason == DropReason::malformed ? to_string(dropped.error)
	                                                         : std::string(name(dropped.reason));
	log_.say(fault ? Severity::warning : Severity::debug,
	    fmt::format("{}: {}: {}", to_string(arrival.from), type_name(arrival.octets), why));
}

void Worker::log_unsent(const Datagram &reply, const std::error_code &error) {
	const std::scoped_lock lock{mutex_};
	++send_errors_;
	log_.debug("{}: map-reply: {}", to_string(reply.to), error.message());
}

void Worker::replace(std::shared_ptr<const EidRecords> eids) {
	const std::scoped_lock lock{mutex_};
	replier_.replace(std::move(eids));
}

void Worker::follow_moves(bool follows) {
	const std::scoped_lock lock{mutex_};
	replier_.follow_moves(follows);
}

ReplierCounters Worker::replier_counters() const {
	const std::scoped_lock lock{mutex_};
	return replier_.counters();
}

SocketCounters Worker::socket_counters() const {
	const std::scoped_lock lock{mutex_};
	return {send_errors_, registerd_.lost(), mapsync_.lost(), moves_lost_};
}

} // namespace lisp
