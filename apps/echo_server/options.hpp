#pragma once

#include <apps/service/service_options.hpp>

#include <netio/serve_options.hpp>

#include <chrono>
#include <optional>

struct options {
    service_options service;
    netio::serve_options serving;
    std::chrono::milliseconds idle_timeout; // 0: none
    bool behind_proxy;                      // each connection begins with a PROXY header
    std::optional<tls_files> tls;           // none: plain TCP
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
