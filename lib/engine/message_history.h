// Rules that only the messages before tell whether a message keeps: nonces that go up, rates,
// replies to nothing. RFC 9301 sections 5.3, 5.6, 5.7 and 6.1; RFC 9302 section 6.
#pragma once

#include "engine/address_pair.h"
#include "message/dissection.h"
#include "table/recent_map.h"

namespace lisp {

// Pure: time is that of the messages, and without one no rate is looked at. Each of its tables
// holds `limit` entries, of which the longest unused half is forgotten when there are more: then a
// rule goes unchecked, and of a Map-Notify it may be said that no Map-Register had its nonce.
class MessageHistory {
public:
	MessageHistory(std::size_t limit, std::uint64_t seed);

	// Adds to the warnings of the message and of those inside it. Messages are taken in the order
	// in which they were captured.
	void check(Dissection &found);

private:
	using Time = std::optional<std::uint64_t>; // nanoseconds since 1970

	// An ETR is its xTR-ID where it has one, else its address.
	struct Association {
		AddressPair ends;
		XtrIdentity identity;
		std::uint8_t key_id = 0;
		bool operator==(const Association &) const = default;
		friend std::uint64_t seeded_hash(const Association &association, std::uint64_t seed) {
			const auto salt = seed + association.key_id + association.identity.site_id;
			return seeded_hash(
			    association.ends, seeded_hash(IpAddress::v6(association.identity.xtr_id), salt));
		}
	};
	struct Registration {
		AddressPair ends;
		std::uint64_t nonce = 0;
		bool operator==(const Registration &) const = default;
		friend std::uint64_t seeded_hash(const Registration &registration, std::uint64_t seed) {
			return seeded_hash(registration.nonce, seeded_hash(registration.ends, seed));
		}
	};
	struct Question {
		IpAddress asker;
		EidPrefix eid;
		bool operator==(const Question &) const = default;
		friend std::uint64_t seeded_hash(const Question &question, std::uint64_t seed) {
			return seeded_hash(question.eid, seeded_hash(question.asker, seed));
		}
	};
	struct Asked {
		std::uint64_t time = 0; // 0: not yet
		std::uint64_t nonce = 0;
		IpAddress source; // of the outermost packet
	};
	struct Wanted {
		bool map_notify = false;
	};
	struct Seen {
		bool any = false;
	};

	void check(const MapRegister &message, Dissection &found);
	void check(const MapNotify &message, Dissection &found);
	void check(const MapRequest &request, const Captured &outermost, Warnings &warnings);
	void check_smr(const Captured &outermost, Warnings &warnings);
	void check_question(const Question &question, const MapRequest &request,
	    const Captured &outermost, Warnings &warnings);
	void check_versions(List<MapRecord> records, Warnings &warnings);

	RecentMap<Association, std::optional<std::uint64_t>> nonces_; // the last
	RecentMap<AddressPair, Seen> registering_;
	RecentMap<Registration, Wanted> registrations_;
	RecentMap<AddressPair, std::uint64_t> smrs_; // time of the last
	RecentMap<Question, Asked> questions_;
	RecentMap<EidPrefix, std::uint16_t> versions_;
};

} // namespace lisp
