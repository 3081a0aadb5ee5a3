#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace bench {

/// What the load generator is asked to do; see the help texts in main.cpp.
struct load_options {
    std::uint16_t port = 0;
    pid_t server = 0;
    std::size_t connections = 100;
    std::size_t message_size = 64;
    std::size_t depth = 1;
    std::chrono::duration<double> duration{1.2};
    std::chrono::duration<double> warm_up{0.3};
};

} // namespace bench
