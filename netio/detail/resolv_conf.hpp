#pragma once

#include <netio/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace netio::detail {

/// What a resolv.conf says, resolv.conf(5), and where it says nothing, what holds then.
struct resolv_conf {
    std::vector<endpoint> servers;
    std::vector<std::string> search;
    /// A name with so many dots is tried as it is before the search list is.
    std::size_t dots = 1;
    std::chrono::milliseconds timeout{5000};
    unsigned tries = 2;
    /// Whether each question begins with another server.
    bool rotate = false;
};

/// `local_domain` is searched where the file has no list; empty: none.
resolv_conf parse_resolv_conf(std::string_view text, std::string_view local_domain);

} // namespace netio::detail
