#include "engine/change_priority_sender.h"

#include "message/message.h"

#include <algorithm>
#include <cassert>

namespace lisp {

using std::chrono::duration_cast;

ChangePrioritySender::ChangePrioritySender(Options options)
    : options_(std::move(options)), room_(max_datagram) {}

void ChangePrioritySender::add(
    const EidPrefix &eid, const Endpoint &xtr, const std::string &secret, std::uint64_t nonce) {
	add({eid, xtr, ChangeOrder::Kind::from_hypervisor, nonce, options_.key_id, options_.algorithm,
	        options_.peers, {}},
	    secret);
}

void ChangePrioritySender::add(ChangeOrder order, const std::string &secret) {
	auto &key = keys_.try_emplace(secret, secret).first->second;
	by_nonce_.emplace(order.nonce, messages_.size());
	outcomes_.push_back({order.eid, order.xtr, std::nullopt, 0, 0, {}});
	messages_.push_back({std::move(order), &key, {}, {}, false});
}

Bytes ChangePrioritySender::encode_message(std::size_t number) {
	const auto &order = messages_[number].order;
	static constexpr std::array<std::uint8_t, sha256_size> zeros{};
	const MovedEid moved{
	    order.eid.length, order.eid.address, std::span<const IpAddress>(order.addresses)};
	ChangePriority message;
	message.layout = options_.layout;
	// The users' guide has no flag there.
	message.from_hypervisor = order.kind == ChangeOrder::Kind::from_hypervisor &&
	                          options_.layout != ChangePriorityLayout::seed;
	message.notify = order.kind == ChangeOrder::Kind::notify;
	message.response = order.kind == ChangeOrder::Kind::response;
	message.nonce = order.nonce;
	message.authentication.key_id = order.key_id;
	message.authentication.algorithm = order.algorithm;
	message.authentication.data = Bytes{zeros}.first(authentication_size(order.algorithm));
	message.eids = std::span<const MovedEid>(&moved, 1);
	if (options_.layout == ChangePriorityLayout::extension) {
		message.sub_type = options_.sub_type;
		message.target_rloc = order.xtr.address;
	}
	const auto written = encode(message, room_);
	assert(written);
	const auto octets = Room{room_}.first(written->size());
	messages_[number].key->sign(octets, TakenAs::change_priority);
	return octets;
}

// The next message that is to be sent, for the first time or again.
std::optional<std::size_t> ChangePrioritySender::due(Instant now) {
	if (begun_ < messages_.size()) {
		messages_[begun_].first = now;
		return begun_++;
	}
	while (!due_.empty() && due_.begin()->first <= now) {
		const auto number = due_.begin()->second;
		const bool is_late = now >= messages_[number].first + options_.limit;
		if (!is_late && outcomes_[number].attempts < options_.attempts) {
			due_.erase(due_.begin());
			return number;
		}
		end(number);
	}
	return std::nullopt;
}

std::optional<Datagram> ChangePrioritySender::next(Instant now) {
	const auto number = due(now);
	if (!number) return std::nullopt;
	last_ = *number;
	++outcomes_[*number].attempts;
	if (options_.want_acknowledgement)
		wait(*number, now);
	else
		messages_[*number].ended = true;
	return Datagram{
	    outcomes_[*number].xtr, messages_[*number].order.source, encode_message(*number)};
}

void ChangePrioritySender::not_sent() {
	++outcomes_[last_].failures;
}

void ChangePrioritySender::wait(std::size_t number, Instant now) {
	auto &message = messages_[number];
	const auto doubled = options_.timeout * (1U << std::min(outcomes_[number].attempts - 1, 16U));
	message.due = std::min<Instant>(now + doubled, message.first + options_.limit);
	due_.emplace(message.due, number);
}

void ChangePrioritySender::end(std::size_t number) {
	due_.erase({messages_[number].due, number});
	messages_[number].ended = true;
}

std::optional<std::size_t> ChangePrioritySender::receive(
    const Endpoint &from, Bytes octets, Instant now) {
	arena_.reset();
	const auto decoded = decode_change_priority(octets, arena_);
	if (!decoded || !decoded->acknowledgement || decoded->eids.size() != 1) return std::nullopt;
	const auto &moved = decoded->eids.front();
	const auto [first, last] = by_nonce_.equal_range(decoded->nonce);
	for (auto at = first; at != last; ++at) {
		auto &message = messages_[at->second];
		auto &outcome = outcomes_[at->second];
		if (message.ended || outcome.xtr != from) continue;
		if (moved.eid != outcome.eid.address || moved.mask_length != outcome.eid.length) continue;
		if (decoded->authentication.algorithm != message.order.algorithm) continue;
		if (!message.key->verify(octets, TakenAs::change_priority)) continue;
		outcome.result = static_cast<ChangeResult>(decoded->code);
		outcome.round_trip = duration_cast<std::chrono::microseconds>(now - message.first);
		end(at->second);
		return at->second;
	}
	return std::nullopt;
}

std::optional<Instant> ChangePrioritySender::deadline() const {
	if (begun_ < messages_.size()) return Instant{};
	if (due_.empty()) return std::nullopt;
	return due_.begin()->first;
}

} // namespace lisp
