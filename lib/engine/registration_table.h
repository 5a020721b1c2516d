// What ETRs have registered with a Map-Server: for every EID-prefix the EID-records of the xTRs
// that registered it, the newest first.
//
// Kept small, an EID-record as the octets of its wire form: a Map-Server of a million EIDs is to
// fit into a small machine.
#pragma once

#include "engine/instant.h"
#include "message/map_record.h"
#include "table/prefix_table.h"

#include <array>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

namespace lisp {

class RegistrationTable {
public:
	using Number = std::uint32_t;
	static constexpr Number none = 0xffffffff;
	static constexpr std::size_t max_xtrs_per_eid = 16; // beyond it the oldest goes

	struct Registration {
		std::unique_ptr<std::uint8_t[]> octets; // the EID-record
		Instant registered{};                   // the last time
		Instant expires{};
		std::uint32_t xtr = 0; // the caller's number for who registered it
		std::uint32_t message = 0;
		Number older = none; // of the same EID
		Number next_due = none;
		Number previous_due = none;
		std::uint16_t size = 0; // of the octets
		std::uint8_t bucket = 0;
		bool proxy_reply = false; // P: this server answers
		bool merge = false;       // a: one of those whose locators are joined
		bool told = false;        // its xTR, that the EID has moved to another

		Bytes record() const { return {octets.get(), size}; }
		std::uint16_t map_version() const;
	};

	struct Offer {
		EidPrefix eid;
		Bytes record; // of that EID
		std::uint32_t xtr = 0;
		std::uint32_t message = 0; // numbers Map-Registers, to tell a record repeated within one
		bool proxy_reply = false;
		bool merge = false;
		Instant expires{};
	};
	// Registers or refreshes, in the order of `now`. False, without effect, for an EID that this
	// message named before.
	bool put(const Offer &offer, Instant now);

	// Removes what this xTR registered for exactly this EID.
	bool withdraw(const EidPrefix &eid, std::uint32_t xtr);

	// Whether this xTR has anything registered, if only what has expired since expire().
	bool has_any_of(std::uint32_t xtr) const { return xtr < of_xtr_.size() && of_xtr_[xtr] > 0; }

	// Removes what `keep` refuses.
	void retain(const std::function<bool(const EidPrefix &, const Registration &)> &keep);

	// To be called at deadline(). In between what has expired is passed over. `gone` is told what
	// goes, before it does.
	using Gone = std::function<void(const EidPrefix &, const Registration &)>;
	void expire(Instant now, const Gone &gone);
	std::optional<Instant> deadline() const;

	// From now on, or no longer, the EIDs are noted whose mapping may be another since one of their
	// registrations has expired and is removed.
	void note_expired(bool note) { notes_expired_ = note; }
	std::vector<EidPrefix> take_expired() { return std::exchange(expired_, {}); }

	struct Match {
		EidPrefix eid;
		Number newest = none;
	};
	// The longest registered EID-prefix that covers `eid`.
	std::optional<Match> longest_match(const EidPrefix &eid, Instant now);

	// Of exactly this EID.
	Number newest(const EidPrefix &eid, Instant now) const {
		return live(index_.exact(eid).value_or(none), now);
	}

	// Has the caches fetch, for all of them together, what finds the longest match of each and its
	// newest registration.
	void prefetch(std::span<const EidPrefix> eids) const;

	// Those that `eid` covers, itself included, in ascending order, until `visit` returns false.
	void for_each_within(
	    const EidPrefix &eid, Instant now, const std::function<bool(const Match &)> &visit) const;
	// Those that come after `eid`, whether or not it is one.
	void for_each_after(
	    const EidPrefix &eid, Instant now, const std::function<bool(const Match &)> &visit) const;
	void for_each(Instant now, const std::function<bool(const Match &)> &visit) const {
		for_each_after({}, now, visit);
	}

	// The shortest prefix of at least `base` bits around `eid` within which nothing is registered;
	// nullopt where something is within `eid`, or `base` is longer.
	std::optional<EidPrefix> vacant(const EidPrefix &eid, unsigned base, Instant now) const;

	const Registration &operator[](Number number) const { return registrations_[number]; }
	// All are below; those without octets are none.
	Number numbers() const { return static_cast<Number>(registrations_.size()); }
	// Of this xTR, among those of an EID of which the newest is given; none if there is none.
	Number find(Number newest, std::uint32_t xtr) const;
	void set_told(Number number) { registrations_[number].told = true; }
	// The first at or after `number` in the chain of older ones that has not expired.
	Number live(Number number, Instant now) const;

	std::size_t eids() const { return index_.size(); }
	std::size_t size() const { return size_; }
	std::size_t memory() const; // octets, without what the allocator adds

private:
	// Every registration stands in the bucket of some second not after the one it expires in; a
	// refresh leaves it there, to be moved when that second comes. Seconds repeat every 256.
	using Seconds = std::int64_t;
	static Seconds due(const Registration &registration);
	void link(Number number);
	void unlink(Number number);
	void expire_bucket(std::uint8_t bucket, Instant now, const Gone &gone);

	Number to_its_place(const Offer &offer, Number newest, Instant now);
	void store(Registration &registration, Bytes record);
	Number allocate(std::uint32_t xtr);
	void release(Number number);
	void remove(const EidPrefix &eid, Number newest, Number number);
	void note_expiry(const EidPrefix &eid, bool is_newest, Number number);
	void drop_oldest(const EidPrefix &eid, Number newest);

	PrefixIndex index_; // EID-prefix to its newest registration
	std::deque<Registration> registrations_;
	std::vector<std::uint32_t> of_xtr_; // how many of them each has
	Number free_ = none;                // a list through `older`
	std::size_t size_ = 0;
	std::size_t record_octets_ = 0;
	std::array<Number, 256> buckets_ = filled();
	bool notes_expired_ = false;
	std::vector<EidPrefix> expired_;
	Seconds done_ = 0; // the last second whose bucket has been looked through

	static constexpr std::array<Number, 256> filled() {
		std::array<Number, 256> all{};
		all.fill(none);
		return all;
	}
};

} // namespace lisp
