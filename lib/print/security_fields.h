// The fields of LISP-SEC authentication data. RFC 9303.
#pragma once

#include "message/security.h"
#include "print/fields.h"
#include "print/lcaf_fields.h"
#include "print/values.h"

namespace lisp {

template <>
inline constexpr auto fields<SecuredEid> = std::tuple{
    Field{"eid",
        [](const SecuredEid &s) {
	        return EidText{s.eid, s.mask_length};
        }},
    Detail{"eid-lcaf", lcaf_in<&SecuredEid::eid>},
};

// What a member of the authorization is, where there is one.
template <class Projection> constexpr auto authorized(Projection projection) {
	return [projection](const EidAuthentication &eid) {
		return eid.authorization ? std::optional{std::invoke(projection, *eid.authorization)}
		                         : std::nullopt;
	};
}

template <>
inline constexpr auto fields<EidAuthentication> = std::tuple{
    Field{"kdf-id", &EidAuthentication::kdf_id},
    Field{"etr-cannot-sign", authorized(&EidAuthorization::etr_cannot_sign)},
    Field{"hmac-id", authorized(&EidAuthorization::hmac_id)},
    Field{"eids", authorized(&EidAuthorization::eids)},
    Field{"hmac", authorized([](const EidAuthorization &a) { return HexOctets{a.hmac}; })},
};

inline std::optional<std::string_view> wrapping_name(const RequestSecurity &security) {
	if (security.wrapping_id == null_key_wrap_128) return "null-key-wrap-128";
	if (security.wrapping_id == aes_key_wrap_128) return "aes-key-wrap-128";
	return std::nullopt;
}

template <>
inline constexpr auto fields<RequestSecurity> = std::tuple{
    Field{"requested-hmac-id", &RequestSecurity::requested_hmac_id},
    Field{"key-id", &RequestSecurity::key_id},
    Field{"wrapping-id", &RequestSecurity::wrapping_id},
    Field{"wrapping", &wrapping_name},
    Field{"one-time-key", [](const RequestSecurity &s) { return HexOctets{s.one_time_key}; }},
    Field{"eid-authentication", &RequestSecurity::eid},
};

template <>
inline constexpr auto fields<ReplySecurity> = std::tuple{
    Field{"eid-authentication", &ReplySecurity::eid},
    Field{"packet-hmac-id", &ReplySecurity::packet_hmac_id},
    Field{"packet-hmac", [](const ReplySecurity &s) { return HexOctets{s.packet_hmac}; }},
};

} // namespace lisp
