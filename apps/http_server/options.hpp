#pragma once

#include <apps/service/service_options.hpp>

#include <netio/serve_options.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

struct options {
    std::string root;
    service_options service;
    netio::serve_options serving;
    std::size_t max_requests; // on one connection; 0: any number
    std::size_t max_header;   // bytes
    std::chrono::milliseconds header_timeout;
    std::chrono::milliseconds idle_timeout;
    std::chrono::milliseconds write_timeout;
    std::chrono::milliseconds drain_delay;
    std::string access_log;       // a file; "-": stdout; empty: none
    std::optional<tls_files> tls; // none: plain TCP
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
