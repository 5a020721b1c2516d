// Values to octets and back, in room of exactly the size that is needed, so that AddressSanitizer
// sees any step beyond; and the law of single bits.
#pragma once

#include "layout.h"

namespace lisp {

// What only its receiver knows, by its port or by its role; decode() knows everything else by its
// type.
template <class T>
inline constexpr bool has_own_reader =
    std::is_same_v<T, ChangePriority> || std::is_same_v<T, DataPacket>;

// What comes back where a T was written.
template <class T> using Back = std::conditional_t<has_own_reader<T>, T, Message>;

template <class B> struct Found {
	B value;
	std::optional<WireError> error;
	std::size_t size = 0; // octets that were read
};

template <class T> Found<Back<T>> read_back(Bytes octets, Arena &arena) {
	if constexpr (!has_own_reader<T>) {
		const auto decoded = decode(octets, arena);
		return {decoded.message, decoded.error, decoded.size};
	} else {
		Reader in{octets};
		Found<T> found;
		if constexpr (std::is_same_v<T, DataPacket>)
			read(in, found.value);
		else
			read(in, arena, found.value);
		if (!in.ok()) found.error = in.error();
		found.size = in.offset();
		return found;
	}
}

inline Result<Octets> octets_of(const Message &message) {
	static Octets room(max_datagram);
	const auto written = encode(message, room);
	if (!written) return written.error();
	return Octets(written->begin(), written->end());
}

inline Octets cut(Bytes octets, std::size_t size) {
	return {octets.begin(), octets.begin() + static_cast<long>(size)};
}

inline void flip(Octets &octets, std::size_t bit) {
	octets[bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
}

inline bool has_bit(const Octets &mask, std::size_t bit) {
	return bit / 8 < mask.size() && (mask[bit / 8] >> (7 - bit % 8) & 1) != 0;
}

// Whether two encodings are the same but for the bits of a mask as long as they are.
inline bool same_without(Bytes a, Bytes b, const Octets &mask) {
	if (a.size() != mask.size() || b.size() != mask.size()) return false;
	for (std::size_t i = 0; i < mask.size(); ++i)
		if (((a[i] ^ b[i]) & ~mask[i]) != 0) return false;
	return true;
}

// With one bit turned over, a message fails to decode, or decodes to a value that encodes to the
// same octets, but for what its layout says is rewritten. A reserved bit that is turned changes
// nothing, and another one that the encoder chooses at least leads to a message that is stable.
template <class T> class BitLaw {
public:
	explicit BitLaw(const Octets &octets)
	    : octets_(octets), flipped_(octets), original_(read_back<T>(octets_, arena_)) {
		if (!original_.error) layout_ = layout_of(original_.value);
	}

	// The first bit that breaks the law and how; empty if none does.
	std::string broken() {
		if (original_.error) return to_string(*original_.error);
		for (std::size_t bit = 0; bit < octets_.size() * 8; ++bit) {
			flip(flipped_, bit);
			const auto how = broken_by(bit);
			flip(flipped_, bit);
			if (!how.empty())
				return how + " at octet " + std::to_string(bit / 8) + " bit " +
				       std::to_string(bit % 8) + " of " + to_hex(octets_);
		}
		return {};
	}

private:
	std::string broken_by(std::size_t bit) {
		flips_.reset();
		const auto found = read_back<T>(flipped_, flips_);
		if (has_bit(layout_.reserved, bit)) {
			const bool same = !found.error && found.value == original_.value;
			return same ? "" : "reserved bit is not ignored";
		}
		if (found.error) return {};
		const auto again = octets_of(found.value);
		if (!again) return to_string(again.error());
		if (has_bit(layout_.rewritten, bit)) {
			const auto stable = read_back<T>(*again, flips_);
			return !stable.error && stable.value == found.value ? "" : "encoding is not stable";
		}
		const auto mask = layout_of(found.value).rewritten;
		const auto read = Bytes{flipped_}.first(found.size);
		return same_without(*again, read, mask) ? "" : "encodes to " + to_hex(*again);
	}

	Octets octets_;
	Octets flipped_;
	Arena arena_;
	Arena flips_;
	Found<Back<T>> original_;
	Layout layout_;
};

} // namespace lisp
