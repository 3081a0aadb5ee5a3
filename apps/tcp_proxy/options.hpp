#pragma once

#include <apps/service/service_options.hpp>

#include <netio/proxy_header.hpp>
#include <netio/serve_options.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

/// Which backend gets the next connection.
enum class balance { round_robin, least_connections };

/// TLS towards the backends.
struct backend_tls {
    std::string authority; ///< a file with certificates to trust besides the system's; empty: none
    std::string host; ///< whose certificate it must be; empty: the host of the backend's address
};

struct options {
    service_options service{.address = "127.0.0.1:8000"};
    netio::serve_options serving{.drain_timeout = std::chrono::seconds{5}};
    std::vector<std::string> backends;
    balance policy = balance::round_robin;
    std::optional<tls_files> tls_listen;
    std::optional<backend_tls> tls_backend;
    bool accept_proxy = false;
    std::optional<netio::proxy_version> send_proxy;
    unsigned retries = 3;
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds idle_timeout{0};       ///< 0: none
    std::chrono::milliseconds check_interval{2'000}; ///< 0: no checks
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
