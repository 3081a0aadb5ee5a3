#pragma once

#include <tests/apps/running_server.hpp>

#include <string>
#include <vector>

/// Where a server listens, as a word of a command line.
inline std::string address_of(const running_server& server) {
    return "127.0.0.1:" + server.port_text();
}

/// On a free port. It does not look at its backends where nobody connects, unless told by `check_interval`.
inline running_server tcp_proxy(const std::vector<std::string>& words,
                                const std::string& check_interval = "0") {
    std::vector<std::string> command{"tcp_proxy", "--port", "0", "--check-interval",
                                     check_interval};
    command.insert(command.end(), words.begin(), words.end());
    return running_server{command};
}
