#pragma once

#include <apps/dns_lookup/options.hpp>

#include <netio/resolver.hpp>

#include <string>

/// What came of a question, as it is printed.
struct outcome {
    std::string answer; ///< lines
    std::string problem;
};

/// Asks, and puts the answer into words; briefly, without names, times and the server.
outcome look_up(netio::resolver& names, const question&, bool brief);
outcome look_up(netio::resolver& names, const netio::ip_address&, bool brief);
