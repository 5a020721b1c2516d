#include "capture/reassembly.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::size_t map_node = 64; // octets that a map needs beside key and value

bool is_malformed(const IpHeader &ip) {
	return ip.payload_length == 0 || (ip.more_fragments && ip.payload_length % 8 != 0) ||
	       ip.fragment_offset + ip.payload_length > Reassembly::max_payload;
}

bool same_as_far_as_captured(Bytes a, Bytes b) {
	const auto size = std::min(a.size(), b.size());
	return std::equal(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(size), b.begin());
}

} // namespace

std::vector<Frame> Reassembly::Packet::frames() const {
	std::vector<Frame> frames;
	for (const auto &held : held_) frames.push_back(held.frame);
	std::sort(frames.begin(), frames.end(),
	    [](const Frame &a, const Frame &b) { return a.number < b.number; });
	return frames;
}

Frame Reassembly::Packet::frame() const {
	return whole ? frames().back() : held_.front().frame;
}

Reassembly::Key Reassembly::key_of(const IpHeader &ip) {
	const auto protocol = ip.source.is_v4() ? ip.protocol : std::uint8_t{0};
	return {ip.source, ip.destination, ip.identification, protocol};
}

Reassembly::Place Reassembly::place_of(const IpHeader &ip, std::uint64_t time) {
	const auto key = key_of(ip);
	if (const auto known = places_.find(key); known != places_.end()) return known->second;
	const auto place = waiting_.emplace(waiting_.end());
	place->key = key;
	place->deadline = time + (ip.source.is_v4() ? ipv4_seconds : ipv6_seconds) * second;
	place->memory = sizeof(Waiting) + sizeof(Key) + map_node;
	memory_ += place->memory;
	next_deadline_ = std::min(next_deadline_, place->deadline);
	places_.emplace(key, place);
	return place;
}

// Whether the fragment fits none of those held: it overlaps one, ends the packet before or after
// its known end, or is one too many.
bool Reassembly::contradicts(const Waiting &waiting, const IpPacket &fragment) {
	const auto &held = waiting.packet.held_;
	const std::size_t start = fragment.ip.fragment_offset;
	const auto end = start + fragment.ip.payload_length;
	const auto highest = held.empty() ? 0 : held.back().offset + held.back().size;
	if (held.size() >= max_fragments || end > waiting.total.value_or(max_payload)) return true;
	if (!fragment.ip.more_fragments && (waiting.total || highest > end)) return true;
	return std::any_of(held.begin(), held.end(),
	    [&](const auto &other) { return start < other.offset + other.size && other.offset < end; });
}

void Reassembly::hold(Waiting &waiting, const IpPacket &fragment, const Frame &frame) {
	const auto &ip = fragment.ip;
	Packet::Held held;
	held.octets.assign(frame.octets.begin(), frame.octets.end());
	held.frame = frame;
	held.frame.octets = held.octets;
	held.offset = ip.fragment_offset;
	held.size = ip.payload_length;
	const auto within = static_cast<std::size_t>(fragment.payload.data() - frame.octets.data());
	held.payload = Bytes{held.octets}.subspan(within, fragment.payload.size());
	if (ip.fragment_offset == 0) {
		const auto checksum = waiting.first.checksum;
		waiting.first = ip;
		if (checksum == ChecksumState::bad) waiting.first.checksum = checksum;
	}
	if (ip.checksum == ChecksumState::bad) waiting.first.checksum = ip.checksum;
	if (!ip.more_fragments) waiting.total = held.offset + held.size;
	waiting.size += held.size;
	const auto cost = held.octets.size() + sizeof(Packet::Held);
	waiting.memory += cost;
	memory_ += cost;

	auto &all = waiting.packet.held_;
	const auto place = std::find_if(
	    all.begin(), all.end(), [&](const auto &other) { return other.offset > held.offset; });
	all.insert(place, std::move(held));
}

void Reassembly::refuse(Waiting &waiting) {
	dropped_ += waiting.packet.held_.size();
	waiting.packet.held_ = {};
	waiting.refused = true;
	const auto left = sizeof(Waiting) + sizeof(Key) + map_node;
	memory_ -= waiting.memory - left;
	waiting.memory = left;
}

std::optional<Reassembly::Packet> Reassembly::take(
    const IpPacket &fragment, const Frame &frame, bool matches) {
	if (is_malformed(fragment.ip)) {
		++dropped_;
		return std::nullopt;
	}
	const auto place = place_of(fragment.ip, frame.time.value_or(0));
	auto &waiting = *place;
	waiting.packet.matches |= matches;
	const auto copy = std::find_if(
	    waiting.packet.held_.begin(), waiting.packet.held_.end(), [&](const Packet::Held &held) {
		    return held.offset == fragment.ip.fragment_offset &&
		           held.size == fragment.ip.payload_length &&
		           fragment.ip.more_fragments == (held.offset + held.size != waiting.total) &&
		           same_as_far_as_captured(held.payload, fragment.payload);
	    });
	if (copy != waiting.packet.held_.end()) return std::nullopt;
	if (!waiting.refused && contradicts(waiting, fragment)) refuse(waiting);
	if (waiting.refused) {
		++dropped_;
	} else {
		hold(waiting, fragment, frame);
		if (waiting.size == waiting.total) return finish(place);
	}
	while (memory_ > max_memory) give_up(waiting_.begin());
	return std::nullopt;
}

std::optional<Reassembly::Packet> Reassembly::finish(Place place) {
	auto done = std::move(place->packet);
	auto &[ip, payload] = done.packet;
	ip = place->first;
	ip.payload_length = place->size;
	ip.fragment = false;
	ip.more_fragments = false;
	done.whole = true;
	for (const auto &held : done.held_) {
		done.payload_.insert(done.payload_.end(), held.payload.begin(), held.payload.end());
		if (held.payload.size() < held.size) break;
	}
	payload = done.payload_;
	erase(place);
	return done;
}

void Reassembly::give_up(Place place) {
	auto &packet = place->packet;
	dropped_ += packet.held_.size();
	if (!packet.held_.empty() && packet.held_.front().offset == 0) {
		--dropped_;
		packet.packet = {place->first, packet.held_.front().payload};
		given_up_.push_back(std::move(packet));
	}
	erase(place);
}

void Reassembly::erase(Place place) {
	memory_ -= place->memory;
	places_.erase(place->key);
	waiting_.erase(place);
}

void Reassembly::expire(std::uint64_t time) {
	if (time < next_deadline_) return;
	next_deadline_ = UINT64_MAX;
	for (auto place = waiting_.begin(); place != waiting_.end();) {
		const auto here = place++;
		if (here->deadline <= time)
			give_up(here);
		else
			next_deadline_ = std::min(next_deadline_, here->deadline);
	}
}

void Reassembly::give_up_all() {
	while (!waiting_.empty()) give_up(waiting_.begin());
}

std::optional<Reassembly::Packet> Reassembly::given_up() {
	if (given_up_.empty()) return std::nullopt;
	auto packet = std::move(given_up_.front());
	given_up_.pop_front();
	return packet;
}

} // namespace lisp
