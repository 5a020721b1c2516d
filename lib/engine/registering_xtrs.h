// The xTRs that have registered with a Map-Server, and the last nonce of each: what keeps a
// captured Map-Register from being used again. RFC 9301 section 5.6.
#pragma once

#include "engine/instant.h"
#include "message/map_register.h"

#include <array>
#include <map>
#include <vector>

namespace lisp {

struct RegisteringXtr {
	std::uint32_t key = 0; // which secret, as its owner numbers them
	std::optional<XtrIdentity> identity;
	Endpoint source; // of its last Map-Register
	std::uint64_t nonce = 0;
	Octets authentication; // of the register with that nonce; empty before the first
	Instant heard{};
};

class RegisteringXtrs {
public:
	using Number = std::uint32_t;
	static constexpr Number max_per_key = 1024;

	// An xTR is told by its key and its xTR-ID, or its address where it sends none. nullopt where a
	// key has been used by too many of them.
	std::optional<Number> identify(
	    std::uint32_t key, const std::optional<XtrIdentity> &identity, const Endpoint &source);

	enum class Verdict : std::uint8_t {
		fresh,
		resent,   // the register last accepted, octet by octet: to be acknowledged, without effect
		replayed, // its nonce is not greater than the last one
	};
	// Of an authenticated Map-Register; a fresh one is the last from now on.
	Verdict check(Number xtr, const MapRegister &message, const Endpoint &source, Instant now);

	const RegisteringXtr &operator[](Number xtr) const { return xtrs_[xtr]; }
	std::size_t size() const { return by_name_.size(); }

	// After the keys changed: what each is now, by its old number. An xTR whose key went is never
	// identified again; its number stays.
	void rekey(const std::vector<std::optional<std::uint32_t>> &keys);

private:
	struct Name {
		std::uint32_t key = 0;
		std::optional<std::array<std::uint8_t, 16>> xtr_id;
		IpAddress address; // none with an xTR-ID
		auto operator<=>(const Name &) const = default;
	};
	static Name name_of(const RegisteringXtr &xtr);

	std::map<Name, Number> by_name_;
	std::map<std::uint32_t, Number> count_; // by key
	std::vector<RegisteringXtr> xtrs_;
};

} // namespace lisp
