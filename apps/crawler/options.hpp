#pragma once

#include <chrono>
#include <cstddef>

struct options {
    std::size_t threads = 100;
    std::size_t hosts = 1000;
    std::size_t pages = 50;         ///< on each host
    std::ptrdiff_t connections = 8; ///< to each host at once
    std::chrono::milliseconds latency{20};
    unsigned workers = 1; ///< that run the threads, where those are fibers
    bool progress = false;
};

/// Ends the process where the command line makes no sense.
options options_from(int argc, char** argv);
