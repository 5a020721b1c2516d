// The registration with one Map-Server as people and scripts read it.
#pragma once

#include "engine/registrar.h"
#include "print/fields.h"

namespace lisp {

template <>
inline constexpr auto fields<RegistrationStatus> = std::tuple{
    Field{"server", &RegistrationStatus::server},
    Field{"address", &RegistrationStatus::address},
    Field{"state", [](const RegistrationStatus &status) { return name(status.state); }},
    Field{"records", &RegistrationStatus::records},
    Field{"acknowledged", &RegistrationStatus::acknowledged},
    Field{"error", &RegistrationStatus::error},
};

template <>
inline constexpr auto fields<RegistrationDetails> = std::tuple_cat(
    fields<RegistrationStatus>, std::tuple{
                                    Field{"retried", &RegistrationDetails::retried},
                                    Field{"refused", &RegistrationDetails::refused},
                                    Field{"age", &RegistrationDetails::age},
                                    Field{"last-error", &RegistrationDetails::last_error},
                                });

template <>
inline constexpr auto fields<RegistrarCounters> = std::tuple{
    Field{"registers-sent", &RegistrarCounters::registers},
    Field{"retries", &RegistrarCounters::retries},
    Field{"notifies", &RegistrarCounters::notifies},
    Field{"notifies-repeated", &RegistrarCounters::repeated},
    Field{"notifies-unsolicited", &RegistrarCounters::unsolicited},
    Field{"notifies-unauthentic", &RegistrarCounters::unauthentic},
    Field{"notifies-from-strangers", &RegistrarCounters::strangers},
    Field{"unexpected", &RegistrarCounters::unexpected},
    Field{"malformed", &RegistrarCounters::malformed},
    Field{"unknown-vendor", &RegistrarCounters::unknown_vendor},
};

// What is told when no more is waited for: what is not acknowledged by then has timed out.
RegistrationStatus final_status(const Registrar &registrar, std::size_t server);

// "ms.example.net 192.0.2.1 acknowledged 4/4", and after a colon why it is not as it should be.
std::string to_line(const RegistrationStatus &status);
// "ms.example.net 192.0.2.1 partial 3/4 refused 1 age 12: records not acknowledged: 1".
std::string to_line(const RegistrationDetails &details);

} // namespace lisp
