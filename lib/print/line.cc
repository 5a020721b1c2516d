#include "print/line.h"

#include "print/message_fields.h"

namespace lisp {

namespace {

void append_endpoint(Text &out, const Endpoint &endpoint) {
	const bool v6 = endpoint.address.is_v6();
	if (v6) out += '[';
	append(out, endpoint.address);
	out += v6 ? "]:" : ":";
	append_number(out, endpoint.port);
}

// The keys of the flags that are set, from the table that text and JSON are made of.
template <class T> void append_flags(Text &out, const T &message) {
	const auto append_if_set = [&](const auto &field) {
		using Value = std::remove_cvref_t<decltype(std::invoke(field.projection, message))>;
		if constexpr (std::same_as<Value, bool> || std::same_as<Value, std::optional<bool>>) {
			if (std::invoke(field.projection, message) != true) return;
			out += ", ";
			out += field.key;
		}
	};
	std::apply([&](const auto &...field) { (append_if_set(field), ...); }, fields<T>);
}

void append_nonce(Text &out, std::uint64_t nonce) {
	out += ", nonce ";
	append(out, Hex64{nonce});
}

template <class T> void append_value(Text &out, std::string_view key, std::optional<T> value) {
	if (!value) return;
	out += ", ";
	out += key;
	out += ' ';
	append_number(out, *value);
}

void append_locator(Text &out, const Locator &locator) {
	out += ' ';
	append(out, locator.rloc);
	out += ',';
	append_number(out, locator.priority);
	out += ',';
	append_number(out, locator.weight);
	if (!locator.local && !locator.probed && !locator.reachable) return;
	out += ',';
	if (locator.local) out += 'L';
	if (locator.probed) out += 'p';
	if (locator.reachable) out += 'R';
}

void append_ttl(Text &out, RecordTtl ttl) {
	out += " ttl ";
	if (const auto special = ttl_name(ttl))
		out += *special;
	else
		append_number(out, ttl.count());
}

void append_version(Text &out, std::uint16_t map_version) {
	if (map_version == 0) return;
	out += " version ";
	append_number(out, map_version);
}

void append_record(Text &out, const MapRecord &record) {
	append(out, EidText{record.eid, record.mask_length});
	append_ttl(out, record.ttl);
	if (record.authoritative) out += " auth";
	append_version(out, record.map_version);
	if (record.locators.empty() || record.action != Action::no_action) {
		out += ' ';
		out += name(record.action);
	}
	for (const auto &locator : record.locators) append_locator(out, locator);
}

void append_record(Text &out, const ReferralRecord &record) {
	append(out, EidText{record.eid, record.mask_length});
	append_ttl(out, record.ttl);
	if (record.authoritative) out += " auth";
	if (record.incomplete) out += " incomplete";
	append_version(out, record.map_version);
	out += ' ';
	out += name(record.action);
	for (const auto &referral : record.referrals) append_locator(out, referral);
	for (const auto &signature : record.signatures) {
		out += " signed-by ";
		append_number(out, signature.key_tag);
	}
}

void append_record(Text &out, const MovedEid &moved) {
	append(out, IpPrefixText{moved.eid, moved.mask_length});
	for (const auto &address : moved.addresses) {
		out += ' ';
		append(out, address);
	}
}

template <class Record> void append_records(Text &out, List<Record> records) {
	const char *before = ", ";
	for (const auto &record : records) {
		out += before;
		append_record(out, record);
		before = "; ";
	}
}

void append_authentication(Text &out, const Authentication &authentication) {
	out += ", ";
	out += name(authentication.algorithm);
	out += " key-id ";
	append_number(out, authentication.key_id);
	if (const auto verdict = verdict_name(authentication)) {
		out += ' ';
		out += *verdict;
	}
	const auto &check = authentication.verification;
	if (check && check->verdict == Verdict::good && check->coverage == Coverage::without_trailer)
		out += " without-trailer";
}

void append_identity(Text &out, const std::optional<XtrIdentity> &identity) {
	if (!identity) return;
	out += ", xtr-id ";
	append_hex(out, identity->xtr_id);
	out += " site-id ";
	append(out, Hex64{identity->site_id});
}

void append_body(Text &out, const MapRequest &request) {
	append_nonce(out, request.nonce);
	append_flags(out, request);
	if (const auto source = source_eid_of(request)) {
		out += ", source-eid ";
		append(out, *source);
	}
	for (const auto &rloc : request.itr_rlocs) {
		out += ", itr-rloc ";
		append(out, rloc);
	}
	for (const auto &record : request.records) {
		out += ", eid ";
		append(out, EidText{record.eid, record.mask_length});
		if (record.notify) out += " notify";
	}
	if (request.map_data) {
		out += ", map-data ";
		append_record(out, *request.map_data);
	}
	append_identity(out, request.identity);
}

void append_body(Text &out, const MapReply &reply) {
	append_nonce(out, reply.nonce);
	append_flags(out, reply);
	append_records(out, reply.records);
}

template <class T>
requires std::same_as<T, MapRegister> || std::derived_from<T, MapNotify>
void append_body(Text &out, const T &message) {
	append_nonce(out, message.nonce);
	append_flags(out, message);
	append_authentication(out, message.authentication);
	append_records(out, message.records);
	append_identity(out, message.identity);
}

void append_body(Text &out, const MapReferral &referral) {
	append_nonce(out, referral.nonce);
	append_records(out, referral.records);
}

void append_body(Text &out, const Info &info) {
	append_nonce(out, info.nonce);
	append_authentication(out, info.authentication);
	if (afi(info.eid) != Afi::none) {
		out += ", ";
		append(out, EidText{info.eid, info.mask_length});
	}
	if (info.ttl.count() != 0) append_value(out, "ttl", std::optional{info.ttl.count()});
	if (const auto nat = nat_of(info)) {
		out += ", ";
		append(out, *nat);
	}
}

void append_body(Text &out, const SharedExtension &message) {
	append_value(out, "sub-type", std::optional{message.sub_type});
	out += ", ";
	append_number(out, message.data.size());
	out += " octets";
}

void append_body(Text &out, const ChangePriority &message) {
	out += ", ";
	out += name(message.layout);
	append_nonce(out, message.nonce);
	append_flags(out, message);
	append_authentication(out, message.authentication);
	if (message.code != 0) append_value(out, "code", std::optional{message.code});
	if (const auto target = target_rloc_of(message)) {
		out += ", target-rloc ";
		append(out, *target);
	}
	append_records(out, message.eids);
}

void append_body(Text &out, const DataPacket &packet) {
	append_flags(out, packet);
	if (packet.key_id != 0) append_value(out, "key-id", std::optional{packet.key_id});
	if (const auto nonce = data_nonce_of(packet)) {
		out += ", nonce ";
		append(out, *nonce);
	}
	append_value(out, "source-map-version", packet.source_map_version());
	append_value(out, "destination-map-version", packet.destination_map_version());
	append_value(out, "instance-id", packet.instance_id());
	append_value(out, "status-bits", packet.status_bits());
	if (const auto name = next_protocol_name_of(packet)) {
		out += ", next-protocol ";
		out += *name;
	} else {
		append_value(out, "next-protocol", packet.next_protocol());
	}
}

void append_body(Text &out, const EncapsulatedControl &message) {
	append_flags(out, message);
}

void append_body(Text &out, const OtherMessage &message) {
	out += ", ";
	append_number(out, message.octets.size());
	out += " octets";
}

void append_ethernet(Text &out, const EthernetHeader &header) {
	out += ", ";
	append(out, Address{header.source});
	out += " > ";
	append(out, Address{header.destination});
	for (const auto vlan : header.vlans()) {
		out += " vlan ";
		append_number(out, vlan);
	}
	if (header.type == ethertype_ipv4 || header.type == ethertype_ipv6) return;
	out += ' ';
	if (const auto name = ethertype_name(header.type))
		out += *name;
	else
		append_hex_digits(out += "ethertype 0x", header.type, 4);
}

void append_end(Text &out, const IpAddress &address, std::optional<std::uint16_t> port) {
	if (port) return append_endpoint(out, {address, *port});
	append(out, address);
}

void append_ip(Text &out, const InnerPacket &packet) {
	const auto &ip = packet.ip->ip;
	const auto &ports = packet.ports;
	out += ", ";
	append_end(out, ip.source, ports ? std::optional{ports->source} : std::nullopt);
	out += " > ";
	append_end(out, ip.destination, ports ? std::optional{ports->destination} : std::nullopt);
	out += ' ';
	if (const auto name = protocol_name(ip.protocol))
		out += *name;
	else
		append_number(out += "protocol ", ip.protocol);
	if (ip.fragment) out += " fragment";
}

// What a data packet carries; of a LISP message, which follows, what is around it.
void append_inner_packet(Text &out, const DataPacket &data, bool is_message) {
	const auto packet = inner_packet(data);
	if (packet.ethernet) append_ethernet(out, *packet.ethernet);
	if (is_message) return;
	if (packet.ip) return append_ip(out, packet);
	out += ", ";
	append_number(out, data.payload.size());
	out += " octets";
}

void append_message(Text &out, const Dissection &found, const Colours &colours) {
	out += colours.type;
	out += found.type;
	out += colours.off;
	std::visit([&](const auto &message) { append_body(out, message); }, found.message);
	if (const auto *data = std::get_if<DataPacket>(&found.message))
		append_inner_packet(out, *data, found.inner != nullptr);
	if (found.inner == nullptr) return;
	out += ", ";
	append_endpoints(out, found.inner->captured);
	out += ": ";
	append_message(out, *found.inner, colours);
}

void append_fault(Text &out, const WireError &error, const Colours &colours) {
	out += ' ';
	out += colours.fault;
	out += '[';
	out += name(error.reason);
	out += " at ";
	append_number(out, error.offset);
	out += " (";
	out += error.field;
	out += ")]";
	out += colours.off;
}

void append_warning(Text &out, const WarningLine &warning, const Colours &colours) {
	out += ' ';
	out += colours.warning;
	out += "[warning: ";
	out += warning.text.reason;
	out += " (";
	append(out, WarningField{warning});
	out += ")]";
	out += colours.off;
}

void append_violation(Text &out, const WarningLine &warning, const Colours &colours) {
	out += "\n\t";
	out += colours.warning;
	out += "violation: ";
	out += warning.text.reason;
	out += ", ";
	append(out, WarningField{warning});
	out += " (";
	out += warning.text.section;
	out += ')';
	out += colours.off;
}

} // namespace

void append_endpoints(Text &out, const Captured &captured) {
	if (!captured.source || !captured.destination) return;
	append_endpoint(out, *captured.source);
	out += " > ";
	append_endpoint(out, *captured.destination);
}

void append_line(Text &out, const Dissection &found, const LineForm &form) {
	if (form.time) {
		append(out, *form.time);
		out += ' ';
	}
	if (found.captured.source) {
		append_endpoints(out, found.captured);
		out += ": ";
	}
	append_message(out, found, form.colours);
	if (found.error) append_fault(out, *found.error, form.colours);
	for_each_warning(found, [&](const WarningLine &warning) {
		if (!form.violations_apart || warning.text.section.empty())
			append_warning(out, warning, form.colours);
	});
	if (!form.violations_apart) return;
	for_each_warning(found, [&](const WarningLine &warning) {
		if (!warning.text.section.empty()) append_violation(out, warning, form.colours);
	});
}

} // namespace lisp
