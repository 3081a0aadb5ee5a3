#pragma once

#include <netio/endpoint.hpp>
#include <netio/ip_address.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace netio {

/// Kinds of records, by their numbers in messages (RFC 1035 section 3.2.2 and later).
enum class record_type : std::uint16_t {
    a = 1,
    ns = 2,
    cname = 5,
    soa = 6,
    ptr = 12,
    mx = 15,
    txt = 16,
    aaaa = 28,
    srv = 33,
};

/// "A", "AAAA" …
std::string_view to_string(record_type) noexcept;

/// Reads what to_string() writes, in small letters too. Empty: there is no such kind here.
std::optional<record_type> parse_record_type(std::string_view) noexcept;

/// Who takes mail for a domain; the least preference first.
struct mx_record {
    std::uint16_t preference = 0;
    std::string exchange;

    bool operator==(const mx_record&) const = default;
};

/// Where a service runs (RFC 2782): the least priority first; of equal ones, in proportion to weight.
struct srv_record {
    std::uint16_t priority = 0;
    std::uint16_t weight = 0;
    std::uint16_t port = 0;
    std::string target;

    bool operator==(const srv_record&) const = default;
};

/// Who is responsible for a zone.
struct soa_record {
    std::string primary, mailbox;
    std::uint32_t serial = 0;
    std::chrono::seconds refresh{}, retry{}, expire{}, minimum{};

    bool operator==(const soa_record&) const = default;
};

/// The strings of one TXT record.
using txt_record = std::vector<std::string>;

/// One record. Names are without the dot at the end; the root is ".".
struct dns_record {
    std::string name;
    record_type type;
    std::chrono::seconds ttl; ///< how long it may be kept, when the server sent it
    /// A, AAAA: the address; NS, CNAME, PTR: a name.
    std::variant<ip_address, std::string, mx_record, srv_record, soa_record, txt_record> data;
};

/// The data as in a zone file: "10 mail.example.org", "\"v=spf1 -all\"".
std::string data_to_string(const dns_record&);

/// What came of a question.
struct dns_answer {
    /// The aliases that lead to them first.
    std::vector<dns_record> records;
    /// Who said so, maybe some time ago. None: nobody had to be asked.
    std::optional<endpoint> server;
};

} // namespace netio
