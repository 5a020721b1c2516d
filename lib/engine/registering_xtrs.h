// The xTRs that have registered with a Map-Server, and the last nonce of each: what keeps a
// captured Map-Register from being used again. RFC 9301 section 5.6.
//
// An xTR is told by its key and its xTR-ID, or its address where it sends none. Each has a nonce of
// its own: xTRs that share a key take nonces from clocks that differ. One that is not known yet
// must be above those of its key that cannot be told from it:
// - without an xTR-ID, the highest of any xTR without one, as whoever replays a register chooses
//   the address it comes from;
// - with one, the highest of those that were forgotten. The xTR-ID is authenticated: a register
//   replayed under the xTR-ID of one that is known meets that one's nonce.
// A key remembers max_per_key of them; beyond, the one unheard for longest that has nothing
// registered is forgotten. So one that was forgotten, too, has to go on from its nonce.
#pragma once

#include "engine/datagram.h"
#include "engine/instant.h"
#include "message/map_register.h"

#include <array>
#include <functional>
#include <map>
#include <vector>

namespace lisp {

struct RegisteringXtr {
	std::uint32_t key = 0; // which secret, as its owner numbers them; no_key once it went
	std::optional<XtrIdentity> identity;
	Endpoint source; // of its last Map-Register
	Endpoint local;  // where that came to
	std::uint64_t nonce = 0;
	std::uint8_t key_id = 0; // of the register with that nonce, and so on
	Algorithm algorithm = Algorithm::none;
	Octets authentication;
	Instant heard{};
};

class RegisteringXtrs {
public:
	using Number = std::uint32_t;
	static constexpr Number max_per_key = 1024;
	static constexpr std::uint32_t no_key = 0xffffffff;

	enum class Verdict : std::uint8_t {
		fresh,
		resent,   // the register last accepted, octet by octet: to be acknowledged, without effect
		replayed, // its nonce is not greater than it has to be
		too_many, // all that the key has room for have something registered
	};
	struct Judgement {
		Verdict verdict{};
		Number xtr = 0; // of a fresh or resent one
	};
	// Whether an xTR has something registered: its number is not given to another as long.
	using IsRegistered = std::function<bool(Number)>;

	// Of an authenticated Map-Register; a fresh one is its xTR's last from now on. With `any_nonce`
	// every one is fresh.
	Judgement judge(std::uint32_t key, bool any_nonce, const MapRegister &message,
	    const Arrival &arrival, Instant now, const IsRegistered &is_registered);

	const RegisteringXtr &operator[](Number xtr) const { return xtrs_[xtr]; }
	std::size_t size() const { return by_name_.size(); }

	// One that was known in an earlier life; of what is known twice the higher nonce counts. Not
	// bounded by max_per_key.
	Number restore(const RegisteringXtr &xtr);

	// The nonces of a key that are above those of no named xTR.
	struct KeyNonces {
		std::uint32_t key = 0;
		std::optional<std::uint64_t> without_id;
		std::optional<std::uint64_t> forgotten;
	};
	void restore(const KeyNonces &nonces);
	// Of the first key of that number or above.
	std::optional<KeyNonces> nonces_from(std::uint32_t key) const;

	Number numbers() const { return static_cast<Number>(xtrs_.size()); } // all are below
	bool is_named(Number number) const; // not forgotten, nor one with another

	// After the keys changed: what each is now, by its old number. The xTRs of a key that went must
	// have nothing registered. Of xTRs that are one now the one with the higher nonce stays.
	void rekey(const std::vector<std::optional<std::uint32_t>> &keys);

private:
	struct Name {
		std::uint32_t key = 0;
		std::optional<std::array<std::uint8_t, 16>> xtr_id;
		IpAddress address; // none with an xTR-ID
		auto operator<=>(const Name &) const = default;
	};
	using Names = std::map<Name, Number>;
	struct KeyState {
		Number xtrs = 0;
		std::optional<std::uint64_t> highest_without_id;
		std::optional<std::uint64_t> highest_forgotten; // of those with an xTR-ID
	};
	static Name name_of(
	    std::uint32_t key, const std::optional<XtrIdentity> &identity, const IpAddress &address);

	std::optional<Number> admit(const Name &name, const IsRegistered &is_registered);
	bool forget_one(std::uint32_t key, const IsRegistered &is_registered);
	Number allocate(const IsRegistered &is_registered);

	Names by_name_;
	std::map<std::uint32_t, KeyState> keys_;
	std::vector<RegisteringXtr> xtrs_;
	std::vector<Number> free_; // without a name; some may have something registered yet
};

} // namespace lisp
