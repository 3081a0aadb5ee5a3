#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

struct options {
    std::string target = "127.0.0.1:8080";
    std::size_t connections = 100;
    std::size_t size = 64; ///< bytes in a message
    std::size_t pipeline = 1;
    std::chrono::milliseconds duration{5000};
    std::optional<std::uint64_t>
        count; ///< messages on all connections together, instead of duration
    std::chrono::milliseconds timeout{10000};
    unsigned workers = 1;
    bool progress = false;
    bool json = false;
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
