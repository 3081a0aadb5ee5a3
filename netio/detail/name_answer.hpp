#pragma once

#include <netio/dns_record.hpp>
#include <netio/endpoint.hpp>

#include <chrono>
#include <optional>
#include <system_error>
#include <vector>

namespace netio::detail {

/// What was found out about a name.
struct name_answer {
    /// Why there are no records.
    std::error_code ec;
    std::vector<dns_record> records;
    /// How long it may be kept; zero: not at all.
    std::chrono::seconds ttl{};
    /// Who said so; nothing: nobody was asked.
    std::optional<endpoint> server;
};

} // namespace netio::detail
