#pragma once

#include <netio/endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace netio {

/// Which addresses of a host are wanted.
enum class address_family : unsigned char { any, v4, v6 };

struct resolver_options {
    /// Whom to ask, in this order. None: those of resolv_conf.
    std::vector<endpoint> servers = {};
    /// Addresses known without asking, as in hosts(5). A file that is missing knows none.
    std::string hosts_file = "/etc/hosts";
    /// Servers, search list and options, as in resolv.conf(5). A file that is missing says: ask
    /// 127.0.0.1.
    std::string resolv_conf = "/etc/resolv.conf";
    /// How long the first of the servers has to answer; twice as long in each further round. None: what
    /// resolv_conf says, or 5 s.
    std::optional<std::chrono::milliseconds> timeout = std::nullopt;
    /// How many times each server is asked. None: what resolv_conf says, or 2.
    std::optional<unsigned> tries = std::nullopt;
    /// How many answers are kept, none longer than their TTL.
    std::size_t cache_size = 1000;
    /// How many questions are under way at once, each with a socket or two; others take their turn.
    std::size_t questions_at_once = 64;
    /// How long the files are believed to be as they were.
    std::chrono::milliseconds reread_after{1000};
};

} // namespace netio
