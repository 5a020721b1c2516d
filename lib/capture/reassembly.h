// IP packets put together from their fragments: RFC 791 section 3.2, RFC 8200 section 4.5.
#pragma once

#include "capture/frame.h"

#include <compare>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <optional>
#include <vector>

namespace lisp {

inline constexpr std::uint64_t second = 1'000'000'000; // in the nanoseconds of capture time

// A frame as it was captured.
struct Frame {
	std::uint64_t number = 0;          // from 1, in its capture
	std::optional<std::uint64_t> time; // nanoseconds since 1970
	std::size_t length = 0;            // as it was sent; more than `octets` when it was cut
	Bytes octets;
};

// Holds fragments until their packet is whole or given up. A packet is given up when its time is
// over, counted in capture time from its first fragment to arrive, when room is needed and no
// packet waits longer, and on demand. It is refused, with whatever of it is still to come, when
// fragments overlap in any way but as identical copies (RFC 5722), contradict each other about its
// length or are too many.
class Reassembly {
public:
	static constexpr std::size_t max_memory = 4 << 20; // octets, of frames and the lists of them
	static constexpr std::size_t max_fragments = 128;  // of a packet
	static constexpr std::size_t max_payload = 0xffff; // octets of a whole packet
	static constexpr std::uint64_t ipv4_seconds = 30;  // RFC 1122 section 3.3.2 allows 60 to 120
	static constexpr std::uint64_t ipv6_seconds = 60;  // RFC 8200 section 4.5

	// A packet, whole or given up. Refers to memory of its own.
	class Packet {
	public:
		// Whole, its headers without a trace of fragments; or the first fragment. Where fragments
		// were cut when captured, the payload ends before the first octet that is missing.
		IpPacket packet;
		bool whole = false;
		bool matches = false; // what was said of any of its fragments

		// Those of all fragments held, in the order of their capture.
		std::vector<Frame> frames() const;
		// Of a whole packet the frame that made it so, else that of the first fragment.
		Frame frame() const;

	private:
		friend class Reassembly;
		struct Held {
			Frame frame;
			Octets octets; // which frame and payload refer to
			std::uint16_t offset = 0;
			std::size_t size = 0; // of the payload as it was sent
			Bytes payload;
		};
		std::vector<Held> held_; // by offset
		Octets payload_;
	};

	// Takes a fragment, whose payload lies within the frame. The packet, when that makes it whole.
	std::optional<Packet> take(const IpPacket &fragment, const Frame &frame, bool matches);

	// Gives up what is too old at `time`, or everything.
	void expire(std::uint64_t time);
	void give_up_all();

	// The next packet given up of which the first fragment is there.
	std::optional<Packet> given_up();

	// Whether fragments are held or refused, or packets given up.
	bool empty() const { return waiting_.empty() && given_up_.empty(); }

	// Octets accounted for, at most max_memory between calls; packets given up are not.
	std::size_t memory() const { return memory_; }

	// Fragments that became part of no packet and that no packet given up shows.
	std::uint64_t dropped() const { return dropped_; }

private:
	// RFC 8200 leaves the protocol out.
	struct Key {
		IpAddress source;
		IpAddress destination;
		std::uint32_t identification = 0;
		std::uint8_t protocol = 0;
		auto operator<=>(const Key &) const = default;
	};
	struct Waiting {
		Key key;
		std::uint64_t deadline = 0;
		Packet packet;
		IpHeader first;                   // of the fragment at offset 0
		std::optional<std::size_t> total; // known from the last fragment
		std::size_t size = 0;             // of all payloads held
		std::size_t memory = 0;
		bool refused = false;
	};
	using Place = std::list<Waiting>::iterator;

	static Key key_of(const IpHeader &ip);
	Place place_of(const IpHeader &ip, std::uint64_t time);
	static bool contradicts(const Waiting &waiting, const IpPacket &fragment);
	void hold(Waiting &waiting, const IpPacket &fragment, const Frame &frame);
	void refuse(Waiting &waiting);
	std::optional<Packet> finish(Place place);
	void give_up(Place place);
	void erase(Place place);

	std::list<Waiting> waiting_; // the longest first
	std::map<Key, Place> places_;
	std::deque<Packet> given_up_;
	std::uint64_t next_deadline_ = UINT64_MAX;
	std::size_t memory_ = 0;
	std::uint64_t dropped_ = 0;
};

} // namespace lisp
