#pragma once

#include <netio/dns_record.hpp>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace netio::detail {

/// What a message says in reply to one question.
struct dns_reply {
    /// dns_errc: why there are no records.
    std::error_code ec;
    /// What was asked for, after the aliases that lead there.
    std::vector<dns_record> records;
    /// How long that may be kept; also that there is nothing (RFC 2308). Zero: not at all.
    std::chrono::seconds ttl{};
};

/// Reads a reply (RFC 1035 section 4) to "which records of this type does `name` have?". Records of
/// other names and types, wherever they stand, are passed over.
dns_reply parse_dns_reply(std::span<const std::uint8_t> message, std::string_view name,
                          record_type type);

} // namespace netio::detail
