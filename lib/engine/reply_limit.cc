#include "engine/reply_limit.h"

#include <algorithm>

namespace lisp {

namespace {

constexpr std::size_t sets = 4096; // a power of two
constexpr std::size_t ways = 4;

// The finalizer of MurmurHash3, so that each bit of the seed reaches those that choose the set.
std::uint64_t mixed(std::uint64_t value) {
	value = (value ^ value >> 33) * 0xff51afd7ed558ccdU;
	value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53U;
	return value ^ value >> 33;
}

std::uint64_t seeded_hash(const IpAddress &address, std::uint64_t seed) {
	std::uint64_t hash = mixed(seed ^ static_cast<std::uint64_t>(address.family));
	for (std::size_t word = 0; word < address.octets.size(); word += 8) {
		std::uint64_t value = 0;
		for (std::size_t i = 0; i < 8; ++i) value = value << 8 | address.octets[word + i];
		hash = mixed(hash + value * 0x9e3779b97f4a7c15U + seed);
	}
	return hash;
}

} // namespace

TokenRate::TokenRate(double rate, unsigned burst) {
	if (rate <= 0) return;
	interval_ = std::chrono::duration_cast<Instant::duration>(
	    std::chrono::duration<double>(std::clamp(1 / rate, 1e-9, 1e6)));
	tolerance_ = interval_ * burst;
}

bool TokenRate::take(Instant &full, Instant now) const {
	if (!is_limit()) return true;
	const auto next = std::max(full, now) + interval_;
	if (next - now > tolerance_) return false;
	full = next;
	return true;
}

bool TokenBucket::take(Instant now) {
	if (!rate_.is_limit()) return true;
	const std::scoped_lock lock{mutex_};
	return rate_.take(full_, now);
}

ReplyLimit::ReplyLimit(const TokenRate &rate, std::uint64_t seed) : rate_(rate), seed_(seed) {
	if (rate_.is_limit()) buckets_.resize(sets * ways);
}

ReplyLimit::Bucket &ReplyLimit::bucket_of(const IpAddress &address) {
	const auto first = seeded_hash(address, seed_) % sets * ways;
	auto *set = buckets_.data() + first;
	auto *found =
	    std::find_if(set, set + ways, [&](const auto &b) { return b.address == address; });
	if (found != set + ways) return *found;
	auto &least = *std::min_element(
	    set, set + ways, [](const auto &a, const auto &b) { return a.full < b.full; });
	least = {address, Instant::min()};
	return least;
}

bool ReplyLimit::allow(const IpAddress &address, Instant now) {
	if (!rate_.is_limit()) return true;
	const std::scoped_lock lock{mutex_};
	return rate_.take(bucket_of(address).full, now);
}

} // namespace lisp
