#include "print/v102.h"

#include "print/values.h"

namespace lisp {

namespace {

constexpr std::string_view double_rule = "==========================\n";
constexpr std::string_view rule = "-------------\n";

void part(Text &out, std::string_view label, std::uint64_t value) {
	out += label;
	append_number(out, value);
}

void number(Text &out, std::string_view label, std::uint64_t value) {
	part(out, label, value);
	out += '\n';
}

// The original kept flags in signed one-bit fields.
void flag(Text &out, std::string_view label, bool value) {
	out += label;
	out += value ? "-1\n" : "0\n";
}

void words(Text &out, std::string_view label, std::string_view value) {
	out += label;
	out += value;
	out += '\n';
}

void address(Text &out, std::string_view label, const Address &value) {
	out += label;
	append(out, value);
	out += '\n';
}

void nonce(Text &out, std::uint64_t value) {
	out += "lisp_nonce\t\t= 0x";
	append_hex_digits(out, value >> 32, 8);
	out += "-0x";
	append_hex_digits(out, value & 0xffffffff, 8);
	out += '\n';
}

std::uint16_t afi_number(const Address &value) {
	return static_cast<std::uint16_t>(afi(value));
}

void locator(Text &out, const Locator &l, std::size_t index, std::string_view probe_label) {
	part(out, "RLOC ", index);
	part(out, ":\t\t\tpriority ", l.priority);
	part(out, "\tweight ", l.weight);
	part(out, "\tmpriority ", l.multicast_priority);
	part(out, "\tmweight ", l.multicast_weight);
	part(out, "\trloc_local ", l.local ? 1U : 0U);
	out += '\t';
	part(out, probe_label, l.probed ? 1U : 0U);
	part(out, "\treach_bit ", l.reachable ? 1U : 0U);
	part(out, "\tloc_afi ", afi_number(l.rloc));
	address(out, "\tlocator\t= ", l.rloc);
}

// The action is a signed number of three bits there, and A one of one bit shown in hexadecimal. The
// four reserved bits before the Map-Version, and its low octet, are what it calls the version.
void record(Text &out, const MapRecord &r, std::size_t index, std::string_view probe_label) {
	number(out, "#Recodr", index);
	out += rule;
	number(out, "record_ttl\t\t\t= ", r.ttl.count());
	number(out, "loc_count\t\t\t= ", r.locators.size());
	number(out, "eid_mask_len\t\t\t= ", r.mask_length);
	const auto action = static_cast<unsigned>(r.action);
	out += "action\t\t\t= ";
	if (action > 3) out += '-';
	append_number(out, action > 3 ? 8 - action : action);
	words(out, "\nauth_bit\t\t\t= ", r.authoritative ? "0xffffffff" : "0x0");
	// Signed as well: the upper four of the version's twelve bits.
	const auto high = static_cast<unsigned>(r.map_version) >> 8;
	out += "lisp_map_version\t\t= 0x";
	append_hex_digits(out, high > 7 ? 0xfffffff0U | high : high, high > 7 ? 8 : 4);
	out += "-0x";
	append_hex_digits(out, r.map_version & 0xffU, 8);
	number(out, "\neid_afi\t\t\t= ", afi_number(r.eid));
	address(out, "eid_prefix\t= ", r.eid);
	std::size_t i = 0;
	for (const auto &l : r.locators) locator(out, l, i++, probe_label);
	out += rule;
}

void records(Text &out, List<MapRecord> list, std::string_view probe_label) {
	std::size_t i = 0;
	for (const auto &r : list) record(out, r, i++, probe_label);
}

void authentication(Text &out, const Authentication &a) {
	// One number of 16 bits, as RFC 6830 has it.
	number(out, "key_id\t\t\t= ",
	    static_cast<unsigned>(a.key_id) << 8 | static_cast<unsigned>(a.algorithm));
	number(out, "key_len\t\t\t= ", a.data.size());
	out += "auth_data\t\t\t=0x";
	append_hex(out, a.data);
	out += '\n';
}

// The Record Count as it stands in the message, whatever could be read of the records.
unsigned record_count(const Dissection &found) {
	return found.captured.octets.size() > 3 ? found.captured.octets[3] : 0;
}

void body(Text &out, const Dissection &found, const MapRegister &m) {
	number(out, "lisp_type\t\t= ", 3);
	flag(out, "rloc_probe\t\t= ", m.proxy_reply);
	flag(out, "want_map_notify\t= ", m.want_map_notify);
	number(out, "record_count\t\t= ", record_count(found));
	nonce(out, m.nonce);
	authentication(out, m.authentication);
	records(out, m.records, "rloc_probe ");
}

void body(Text &out, const Dissection &found, const MapReply &m) {
	number(out, "lisp_type\t\t= ", 2);
	flag(out, "rloc_probe\t\t= ", m.probe);
	flag(out, "echo_nonce_capable\t= ", m.echo_nonce);
	flag(out, "security_bit\t\t= ", m.security.has_value());
	number(out, "record_count\t\t\t= ", record_count(found));
	nonce(out, m.nonce);
	records(out, m.records, "rloc_prob ");
}

void request_addresses(Text &out, const MapRequest &m) {
	number(out, "source_eid_afi\t\t= ", afi_number(m.source_eid));
	if (as_ip(m.source_eid) != nullptr)
		address(out, "itr afi - Source EID address\t= ", m.source_eid);
	std::size_t i = 0;
	for (const auto &rloc : m.itr_rlocs) {
		part(out, "ITR ", i++);
		part(out, ": AFI = ", afi_number(rloc));
		address(out, "  ITR RLOC = ", rloc);
	}
	i = 0;
	for (const auto &r : m.records) {
		number(out, "eid_mask_len\t\t= ", r.mask_length);
		part(out, "EID ", i++);
		part(out, ": AFI = ", afi_number(r.eid));
		address(out, afi(r.eid) == Afi::ipv6 ? "   EID prefix = " : "  EID prefix = ", r.eid);
	}
}

void body(Text &out, const Dissection &found, const MapRequest &m) {
	number(out, "lisp_type\t\t= ", 1);
	words(out, "auth_bit\t\t= ", m.authoritative ? "0x1" : "0x0");
	flag(out, "map_data_present\t= ", m.map_data.has_value());
	flag(out, "rloc_probet\t\t= ", m.probe);
	flag(out, "smr_bit\t\t\t= ", m.solicit);
	flag(out, "pitr_bit\t\t\t= ", m.proxy_itr);
	flag(out, "smr_invoked\t\t\t= ", m.smr_invoked);
	nonce(out, m.nonce);
	const auto octets = found.captured.octets;
	number(out, "irc record_count\t\t= ", octets.size() > 2 ? octets[2] & 0x1fU : 0U);
	number(out, "record_count\t\t= ", record_count(found));
	request_addresses(out, m);
}

void body(Text &out, const Dissection &found, const MapNotify &m) {
	number(out, "lisp_type\t\t= ", found.captured.octets[0] >> 4);
	number(out, "record_count\t\t= ", record_count(found));
	nonce(out, m.nonce);
	authentication(out, m.authentication);
	records(out, m.records, "rloc_probe ");
}

// What it had no form for.
template <class T>
requires(!std::derived_from<T, MapNotify>) void body(
    Text &out, const Dissection &found, const T &) {
	const auto octets = found.captured.octets;
	if (!found.captured.data && !octets.empty()) number(out, "lisp_type\t\t= ", octets[0] >> 4);
}

void body(Text &out, const Dissection &found, const EncapsulatedControl &) {
	const auto &inner = found.inner;
	out += "**** Encapsulated Control Message****\n";
	if (inner == nullptr) return;
	address(out, "SourceIP \t\t= ", inner->captured.source->address);
	address(out, "DestIP \t\t= ", inner->captured.destination->address);
	number(out, "SourcePort \t\t= ", inner->captured.source->port);
	number(out, "DestPort \t\t= ", inner->captured.destination->port);
	out += '\n';
	std::visit([&](const auto &message) { body(out, *inner, message); }, inner->message);
}

// The original printed a Map-Request the same way whether it came encapsulated or not.
std::string_view title(std::string_view type) {
	if (type == "map-request" || type == "encapsulated-control") return "Map-Request";
	if (type == "map-reply") return "Map-Reply";
	if (type == "map-register") return "Map-Register";
	if (type == "map-notify") return "Map-Notify";
	if (type == "map-notify-ack") return "Map-Notify-Ack";
	if (type == "map-referral") return "Map-Referral";
	if (type == "info-request") return "Info-Request";
	if (type == "info-reply") return "Info-Reply";
	if (type == "change-priority") return "Change-Priority";
	if (type == "shared-extension") return "Shared-Extension";
	return type == "data" ? "Data" : "Unknown";
}

} // namespace

void append_v102(Text &out, const Dissection &found, bool raw) {
	out += '\n';
	const auto *inner =
	    std::holds_alternative<EncapsulatedControl>(found.message) ? found.inner : nullptr;
	out +=
	    inner != nullptr && inner->type != "map-request" ? title(inner->type) : title(found.type);
	out += " Packet\n";
	out += double_rule;
	if (raw) {
		append_hex(out += "0x", found.captured.octets);
		out += '\n';
	}
	std::visit([&](const auto &message) { body(out, found, message); }, found.message);
	if (found.error) words(out, "error\t\t\t= ", to_string(*found.error));
	out += double_rule;
}

} // namespace lisp
