// The fields of every message as text and JSON show them: the keys are the contract, described in
// lisp-decode(1). Everything that prints a message includes this.
#pragma once

#include "auth/hmac.h"
#include "message/dissection.h"
#include "print/data_fields.h"
#include "print/fields.h"
#include "print/lcaf_fields.h"
#include "print/security_fields.h"
#include "print/values.h"

namespace lisp {

template <>
inline constexpr auto fields<Locator> = std::tuple{
    Field{"rloc", &Locator::rloc},
    Detail{"lcaf", lcaf_in<&Locator::rloc>},
    Field{"priority", &Locator::priority},
    Field{"weight", &Locator::weight},
    Field{"mpriority", &Locator::multicast_priority},
    Field{"mweight", &Locator::multicast_weight},
    Field{"local", &Locator::local},
    Field{"probe", &Locator::probed},
    Field{"reachable", &Locator::reachable},
};

// The TTLs that mean something else than minutes.
inline std::optional<std::string_view> ttl_name(RecordTtl ttl) {
	if (ttl == ttl_remove) return "remove";
	if (ttl == ttl_receiver_decides) return "receiver-decides";
	return std::nullopt;
}

inline constexpr auto ttl_of = [](const auto &record) { return record.ttl.count(); };
inline constexpr auto ttl_name_of = [](const auto &record) { return ttl_name(record.ttl); };

template <>
inline constexpr auto fields<MapRecord> = std::tuple{
    Field{"ttl", ttl_of},
    Field{"ttl-name", ttl_name_of},
    Field{"eid",
        [](const MapRecord &r) {
	        return EidText{r.eid, r.mask_length};
        }},
    Detail{"eid-lcaf", lcaf_in<&MapRecord::eid>},
    Field{"action", [](const MapRecord &r) { return name(r.action); }},
    Field{"authoritative", &MapRecord::authoritative},
    Field{"map-version", &MapRecord::map_version},
    Field{"locators", &MapRecord::locators},
};

inline std::string_view name(Verdict verdict) {
	return verdict == Verdict::good ? "good" : verdict == Verdict::bad ? "bad" : "no-key";
}

inline std::optional<std::string_view> verdict_name(const Authentication &authentication) {
	if (!authentication.verification) return std::nullopt;
	return name(authentication.verification->verdict);
}

inline std::optional<std::string_view> coverage_name(const Authentication &authentication) {
	const auto &check = authentication.verification;
	if (!check || check->verdict != Verdict::good) return std::nullopt;
	return check->coverage == Coverage::whole ? "whole" : "without-trailer";
}

template <>
inline constexpr auto fields<Authentication> = std::tuple{
    Field{"key-id", &Authentication::key_id},
    Field{"algorithm",
        [](const Authentication &a) { return static_cast<std::uint8_t>(a.algorithm); }},
    Field{"algorithm-name", [](const Authentication &a) { return name(a.algorithm); }},
    Field{"data", [](const Authentication &a) { return HexOctets{a.data}; }},
    Field{"verdict", &verdict_name},
    Field{"coverage", &coverage_name},
};

inline constexpr auto nonce_of = [](const auto &message) { return Hex64{message.nonce}; };

inline constexpr auto xtr_id_of = [](const auto &message) {
	return message.identity ? std::optional{HexOctets{message.identity->xtr_id}} : std::nullopt;
};
inline constexpr auto site_id_of = [](const auto &message) {
	return message.identity ? std::optional{Hex64{message.identity->site_id}} : std::nullopt;
};
// S: whether there is authentication data.
inline constexpr auto is_secured = [](const auto &message) { return message.security.has_value(); };

template <>
inline constexpr auto fields<RequestedEid> = std::tuple{
    Field{"eid",
        [](const RequestedEid &r) {
	        return EidText{r.eid, r.mask_length};
        }},
    Detail{"eid-lcaf", lcaf_in<&RequestedEid::eid>},
    Field{"notify", &RequestedEid::notify},
};

// An AFI of 0 is no source EID.
inline std::optional<Address> source_eid_of(const MapRequest &request) {
	if (afi(request.source_eid) == Afi::none) return std::nullopt;
	return request.source_eid;
}

template <>
inline constexpr auto fields<MapRequest> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"authoritative", &MapRequest::authoritative},
    Field{"probe", &MapRequest::probe},
    Field{"solicit", &MapRequest::solicit},
    Field{"proxy-itr", &MapRequest::proxy_itr},
    Field{"smr-invoked", &MapRequest::smr_invoked},
    Field{"local-xtr", &MapRequest::local_xtr},
    Field{"dont-map-reply", &MapRequest::dont_map_reply},
    Field{"source-eid", &source_eid_of},
    Detail{"source-eid-lcaf", lcaf_in<&MapRequest::source_eid>},
    Field{"itr-rlocs", &MapRequest::itr_rlocs},
    Detail{"itr-rloc-lcafs", lcafs_in<&MapRequest::itr_rlocs>},
    Field{"records", &MapRequest::records},
    Field{"map-data", &MapRequest::map_data},
    Field{"xtr-id", xtr_id_of},
    Field{"site-id", site_id_of},
};

template <>
inline constexpr auto fields<MapReply> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"probe", &MapReply::probe},
    Field{"echo-nonce", &MapReply::echo_nonce},
    Field{"security", is_secured},
    Field{"records", &MapReply::records},
    Field{"security-data", &MapReply::security},
};

template <>
inline constexpr auto fields<MapRegister> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"proxy-reply", &MapRegister::proxy_reply},
    Field{"security", &MapRegister::security},
    Field{"eid-notify", &MapRegister::eid_notify},
    Field{"use-ttl", &MapRegister::use_ttl},
    Field{"merge", &MapRegister::merge},
    Field{"want-map-notify", &MapRegister::want_map_notify},
    Field{"authentication", &MapRegister::authentication},
    Field{"records", &MapRegister::records},
    Field{"xtr-id", xtr_id_of},
    Field{"site-id", site_id_of},
};

template <>
inline constexpr auto fields<MapNotify> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"authentication", &MapNotify::authentication},
    Field{"records", &MapNotify::records},
    Field{"xtr-id", xtr_id_of},
    Field{"site-id", site_id_of},
};

template <> inline constexpr auto fields<MapNotifyAck> = fields<MapNotify>;

template <>
inline constexpr auto fields<ReferralSignature> = std::tuple{
    Field{"original-ttl", [](const ReferralSignature &s) { return s.original_ttl.count(); }},
    Field{"expiration", &ReferralSignature::expiration},
    Field{"inception", &ReferralSignature::inception},
    Field{"key-tag", &ReferralSignature::key_tag},
    Field{"algorithm", &ReferralSignature::algorithm},
    Field{"signature", [](const ReferralSignature &s) { return HexOctets{s.signature}; }},
};

template <>
inline constexpr auto fields<ReferralRecord> = std::tuple{
    Field{"ttl", ttl_of},
    Field{"ttl-name", ttl_name_of},
    Field{"eid",
        [](const ReferralRecord &r) {
	        return EidText{r.eid, r.mask_length};
        }},
    Detail{"eid-lcaf", lcaf_in<&ReferralRecord::eid>},
    Field{"action", [](const ReferralRecord &r) { return name(r.action); }},
    Field{"authoritative", &ReferralRecord::authoritative},
    Field{"incomplete", &ReferralRecord::incomplete},
    Field{"map-version", &ReferralRecord::map_version},
    Field{"locators", &ReferralRecord::referrals},
    Field{"signatures", &ReferralRecord::signatures},
};

template <>
inline constexpr auto fields<MapReferral> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"records", &MapReferral::records},
};

inline std::optional<Address> nat_of(const Info &info) {
	if (afi(info.nat) == Afi::none) return std::nullopt;
	return info.nat;
}

template <>
inline constexpr auto fields<Info> = std::tuple{
    Field{"nonce", nonce_of},
    Field{"authentication", &Info::authentication},
    Field{"ttl", ttl_of},
    Field{"eid",
        [](const Info &i) {
	        return EidText{i.eid, i.mask_length};
        }},
    Detail{"eid-lcaf", lcaf_in<&Info::eid>},
    Field{"nat", &nat_of},
    Detail{"nat-lcaf", lcaf_in<&Info::nat>},
};

template <>
inline constexpr auto fields<SharedExtension> = std::tuple{
    Field{"sub-type", &SharedExtension::sub_type},
    Field{"data", [](const SharedExtension &m) { return HexOctets{m.data}; }},
};

template <>
inline constexpr auto fields<MovedEid> = std::tuple{
    Field{"eid",
        [](const MovedEid &m) {
	        return IpPrefixText{m.eid, m.mask_length};
        }},
    Field{"addresses", &MovedEid::addresses},
};

// What the layouts of type 5 have no field for.
template <class Member> constexpr auto of_extension(Member ChangePriority::*member) {
	return [member](const ChangePriority &m) {
		return m.layout == ChangePriorityLayout::extension ? std::optional{m.*member}
		                                                   : std::nullopt;
	};
}

inline std::optional<std::uint8_t> code_of(const ChangePriority &message) {
	if (message.layout != ChangePriorityLayout::extension && !message.acknowledgement)
		return std::nullopt;
	return message.code;
}

inline std::optional<IpAddress> target_rloc_of(const ChangePriority &message) {
	if (message.target_rloc.is_none()) return std::nullopt;
	return message.target_rloc;
}

template <>
inline constexpr auto fields<ChangePriority> = std::tuple{
    Field{"layout", [](const ChangePriority &m) { return name(m.layout); }},
    Field{"sub-type", of_extension(&ChangePriority::sub_type)},
    Field{"from-hypervisor", &ChangePriority::from_hypervisor},
    Field{"notify", &ChangePriority::notify},
    Field{"response", &ChangePriority::response},
    Field{"acknowledgement", &ChangePriority::acknowledgement},
    Field{"failed", of_extension(&ChangePriority::failed)},
    Field{"nonce", nonce_of},
    Field{"authentication", &ChangePriority::authentication},
    Field{"code", &code_of},
    Field{"target-rloc", &target_rloc_of},
    Field{"eids", &ChangePriority::eids},
};

template <>
inline constexpr auto fields<EncapsulatedControl> = std::tuple{
    Field{"security", is_secured},
    Field{"ddt-originated", &EncapsulatedControl::ddt_originated},
    Field{"to-etr", &EncapsulatedControl::to_etr},
    Field{"to-map-server", &EncapsulatedControl::to_map_server},
    Field{"security-data", &EncapsulatedControl::security},
    Field{"inner-hop-limit", &EncapsulatedControl::hop_limit},
};

template <>
inline constexpr auto fields<OtherMessage> = std::tuple{
    Field{"data", [](const OtherMessage &m) { return HexOctets{m.octets}; }},
};

// A warning about a message, or about one inside it, whose field then begins with "inner ".
struct WarningLine {
	WarningText text;
	unsigned depth = 0;
};
struct WarningField {
	const WarningLine &line;
};
inline void append(Text &out, const WarningField &field) {
	for (unsigned i = 0; i < field.line.depth; ++i) out += "inner ";
	out += field.line.text.field;
}

// None where no RFC is broken.
inline std::optional<std::string_view> section_of(const WarningLine &line) {
	return line.text.section.empty() ? std::nullopt : std::optional{line.text.section};
}

template <>
inline constexpr auto fields<WarningLine> = std::tuple{
    Field{"reason", [](const WarningLine &line) { return line.text.reason; }},
    Field{"field", [](const WarningLine &line) { return WarningField{line}; }},
    Field{"section", &section_of},
};

// The message's own warnings and those of what is inside it.
template <class Use> void for_each_warning(const Dissection &found, Use use) {
	unsigned depth = 0;
	for (const auto *at = &found; at != nullptr; at = at->inner, ++depth)
		at->warnings.for_each([&](const WarningText &text) { use(WarningLine{text, depth}); });
}

template <>
inline constexpr auto fields<WireError> = std::tuple{
    Field{"reason", [](const WireError &e) { return name(e.reason); }},
    Field{"offset", &WireError::offset},
    Field{"field", &WireError::field},
};

// What is wrong with a message, and with those inside it.
template <class Sink> void describe_faults(Sink &out, const Dissection &found) {
	describe(out, "error", found.error);
	bool any = false;
	for_each_warning(found, [&](const WarningLine &warning) {
		if (!any) out.open_list("warnings");
		any = true;
		describe(out, {}, warning);
	});
	if (any) out.close_list();
}

// Everything about a message but what is wrong with it.
template <class Sink>
void describe_contents(
    Sink &out, const Dissection &found, const std::optional<TimeText> &time, bool with_octets) {
	const auto &captured = found.captured;
	describe(out, "time", time);
	if (captured.frame != 0) out.number("frame", captured.frame);
	if (captured.source) {
		describe(out, "src", captured.source->address);
		describe(out, "sport", captured.source->port);
	}
	if (captured.destination) {
		describe(out, "dst", captured.destination->address);
		describe(out, "dport", captured.destination->port);
	}
	describe(out, "length", captured.length);
	out.text("type", found.type);
	std::visit([&](const auto &message) { describe_fields(out, message); }, found.message);
	if (with_octets) describe(out, "octets", HexOctets{captured.octets});
	if (found.inner != nullptr) {
		out.open("inner");
		describe_contents(out, *found.inner, {}, false);
		describe_faults(out, *found.inner);
		out.close();
	}
}

} // namespace lisp
