#include "message/rules.h"

#include "message/record_rules.h"

namespace lisp {

namespace {

// Bits of the first 32 that a sender leaves zero, RFC 9301 sections 5.2, 5.4, 5.6, 5.7 and 5.8.
// Those that RFC 9437 and the NAT-traversal draft have given a meaning are left out.
constexpr std::uint32_t reserved_in_request = 0x002f8000;
constexpr std::uint32_t reserved_in_reply = 0x01ffff00;
constexpr std::uint32_t reserved_in_register = 0x00ffe200;
constexpr std::uint32_t reserved_in_notify = 0x03ffff00;
constexpr std::uint32_t reserved_in_ecm = 0x00ffffff;

bool has_any(Bytes octets, std::uint32_t bits) {
	return (Reader{octets}.u32("flags") & bits) != 0;
}

constexpr std::size_t max_v4_packet = 576;  // octets, with all headers
constexpr std::size_t max_v6_packet = 1280; // octets, with all headers

bool is_large(const Captured &captured) {
	if (!captured.source) return false;
	const bool v4 = captured.source->address.is_v4();
	const std::size_t headers = udp_header_size + (v4 ? 20 : 40);
	return captured.length + headers > (v4 ? max_v4_packet : max_v6_packet);
}

// 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 (RFC 1918) and fc00::/7 (RFC 4193).
bool is_private(const IpAddress &address) {
	const auto &o = address.octets;
	if (address.is_v6()) return (o[0] & 0xfe) == 0xfc;
	return o[0] == 10 || (o[0] == 172 && (o[1] & 0xf0) == 16) || (o[0] == 192 && o[1] == 168);
}

bool is_elsewhere(const std::optional<Endpoint> &end) {
	return end && (is_private(end->address) || !is_routable(Address{end->address}));
}

bool may_cross_internet(const Captured &captured) {
	return !is_elsewhere(captured.source) && !is_elsewhere(captured.destination);
}

// Who asks asks port 4342, who answers does it from there.
bool has_wrong_port(const Message &message, const Endpoint &source, const Endpoint &destination) {
	if (std::holds_alternative<MapRequest>(message) ||
	    std::holds_alternative<MapRegister>(message) ||
	    std::holds_alternative<EncapsulatedControl>(message))
		return destination.port != control_port;
	if (std::holds_alternative<MapReply>(message) || std::holds_alternative<MapNotify>(message) ||
	    std::holds_alternative<MapNotifyAck>(message))
		return source.port != control_port;
	return false;
}

void check_ports(const Dissection &found, const Dissection *outer, Warnings &warnings) {
	const auto &captured = found.captured;
	if (!captured.source || !captured.destination) return;
	warnings.add_if(has_wrong_port(found.message, *captured.source, *captured.destination),
	    outer == nullptr ? Warning::wrong_port : Warning::inner_port);
}

bool is_weak(Algorithm algorithm) {
	return algorithm == Algorithm::none || algorithm == Algorithm::hmac_sha1;
}

void check_authentication(const Authentication &authentication, Warnings &warnings) {
	warnings.add_if(!is_length_of(authentication.algorithm, authentication.data.size()),
	    Warning::authentication_length);
}

// The target of what an Encapsulated Control Message carries is in the header of that.
bool is_destined_to(const MapRequest &request, const IpAddress &destination) {
	for (const auto &record : request.records) {
		const auto eid = eid_prefix(record.eid, record.mask_length);
		if (!eid || eid->covers(destination)) return true;
	}
	return request.records.empty();
}

class Check {
public:
	Check(Dissection &found, const Dissection *outer) : found_(found), outer_(outer) {}

	void operator()(const MapRequest &request) {
		check_bits(reserved_in_request, Warning::reserved_request_bits);
		broken_if(request.nonce == 0, Warning::zero_nonce);
		broken_if(request.records.size() != 1, Warning::record_count);
		broken_if(request.probe && afi(request.source_eid) != Afi::none, Warning::probe_source_eid);
		// To subscribe no more is to name no ITR-RLOC (RFC 9437 section 5).
		for (const auto &rloc : request.itr_rlocs)
			broken_if(!is_routable(rloc) && !(request.identity && afi(rloc) == Afi::none),
			    Warning::unroutable_itr_rloc);
		if (request.map_data)
			check_records({{&*request.map_data, 1}}, RecordPlace::request, found_.warnings);
		check_way(request);
	}

	void operator()(const MapReply &reply) {
		check_bits(reserved_in_reply, Warning::reserved_reply_bits);
		for (const auto &record : reply.records)
			broken_if(reply.probe && !record.authoritative, Warning::probe_reply_authority);
		check_records(reply.records, RecordPlace::reply, found_.warnings);
	}

	void operator()(const MapRegister &message) {
		check_bits(reserved_in_register, Warning::reserved_register_bits);
		check_authentication(message.authentication, found_.warnings);
		broken_if(is_weak(message.authentication.algorithm) && may_cross_internet(found_.captured),
		    Warning::weak_algorithm);
		check_records(message.records, RecordPlace::registration, found_.warnings);
	}

	void operator()(const MapNotify &message) {
		check_bits(reserved_in_notify, Warning::reserved_notify_bits);
		if (!found_.warnings.has(Warning::no_authentication))
			check_authentication(message.authentication, found_.warnings);
		check_records(message.records, RecordPlace::acknowledgement, found_.warnings);
	}

	void operator()(const MapReferral &referral) { check_referral(referral, found_.warnings); }

	void operator()(const EncapsulatedControl &message) {
		check_bits(reserved_in_ecm, Warning::reserved_ecm_bits);
		broken_if(message.security && message.security->wrapping_id <= null_key_wrap_128,
		    Warning::unwrapped_key);
	}

	void operator()(const DataPacket &packet) {
		if (found_.captured.destination)
			broken_if(found_.captured.destination->port != data_port, Warning::data_port_missing);
		if (packet.next_protocol_present)
			return broken_if((packet.first & 0xffff00) != 0, Warning::reserved_gpe_bits);
		broken_if(!packet.nonce_present && !packet.versions_present && packet.first != 0,
		    Warning::unused_nonce);
		broken_if(packet.instance_id_present && !packet.status_bits_present &&
		              (packet.second & 0xff) != 0,
		    Warning::unused_status_bits);
		broken_if(packet.destination_map_version() == std::uint16_t{0},
		    Warning::null_destination_version);
	}

	void operator()(const OtherMessage &message) {
		broken_if(message.type == 0, Warning::reserved_type);
		broken_if(message.type >= 9 && message.type <= 14, Warning::unassigned_type);
	}

	void operator()(const Info &) {}
	void operator()(const SharedExtension &) {}
	void operator()(const ChangePriority &) {}

private:
	void broken_if(bool broken, Warning warning) { found_.warnings.add_if(broken, warning); }

	void check_bits(std::uint32_t bits, Warning warning) {
		broken_if(has_any(found_.captured.octets, bits), warning);
	}

	// Through the mapping system or not.
	void check_way(const MapRequest &request) {
		broken_if(request.smr_invoked && outer_ == nullptr, Warning::direct_smr_invoked);
		if (outer_ == nullptr) return;
		broken_if(request.solicit, Warning::inner_smr);
		const auto &destination = found_.captured.destination;
		broken_if(
		    destination && !request.smr_invoked && !is_destined_to(request, destination->address),
		    Warning::inner_destination);
	}

	Dissection &found_;
	const Dissection *outer_;
};

} // namespace

// What passes by in a data packet is a packet of its own; what is in an Encapsulated Control
// Message belongs to that.
void check_rules(Dissection &found) {
	const Dissection *outer = nullptr;
	for (auto *at = &found; at != nullptr; outer = at, at = at->inner) {
		if (outer != nullptr && outer->captured.data) outer = nullptr;
		at->warnings.add_if(outer == nullptr && !at->captured.data && is_large(at->captured),
		    Warning::large_packet);
		// Zeros may stand for what there was not.
		if (at->error) continue;
		check_ports(*at, outer, at->warnings);
		std::visit(Check{*at, outer}, at->message);
		check_addresses(at->message, at->warnings);
	}
}

} // namespace lisp
