#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace bench {

/// What the command line of every echo server asks for.
struct server_options {
    std::uint16_t port = 0; ///< 0: any free one
    unsigned workers = 1;
    std::chrono::seconds idle_timeout{0}; ///< 0: none
    std::string certificate;              ///< files, PEM
    std::string key;
};

/// The options beyond `--port` that a server understands; it refuses the others.
struct server_features {
    bool workers = false;
    bool idle_timeout = false;
    bool tls = false;
};

/// Parses the command line; prints the usage and ends the process when it cannot be understood.
/// Also raises the limit of open files, which a server of ten thousand connections needs.
server_options parse_server_options(int argc, char** argv, server_features features = {});

} // namespace bench
