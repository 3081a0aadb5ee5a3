#pragma once

#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

struct tls_files {
    std::string certificate;
    std::string key;
};

struct options {
    netio::endpoint address;
    unsigned workers;
    std::chrono::milliseconds idle_timeout; // 0: none
    std::size_t max_connections;            // 0: as many as come
    std::chrono::milliseconds drain_timeout;
    bool behind_proxy;                            // each connection begins with a PROXY header
    std::optional<tls_files> tls;                 // none: plain TCP
    std::optional<netio::unix_endpoint> handover; // none: no successor is expected
    std::optional<netio::unix_endpoint> inspect;  // none: nobody looks inside
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
