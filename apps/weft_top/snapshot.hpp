#pragma once

#include <netio/unix_endpoint.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What an inspector says of a program at one moment; see fibers/dump.hpp.
struct snapshot {
    struct worker {
        int thread;
        bool held;
        std::string system_call;
        std::size_t fibers;
        std::chrono::duration<double> cpu_time;
    };

    struct fiber {
        std::string id, name;
        unsigned worker;
        std::string state; // "running", "ready", "parked"
        std::string waits_for;
        std::chrono::duration<double> for_time;
        std::optional<std::chrono::duration<double>> deadline;
        std::vector<std::string> stack;
    };

    std::chrono::steady_clock::time_point taken;
    std::string name;
    std::vector<worker> workers;
    std::vector<fiber> fibers;
    std::size_t fresh, left_out;
};

/// Asks the inspector there. Throws std::system_error where nobody answers, std::runtime_error where the answer
/// makes no sense.
snapshot take_snapshot(const netio::unix_endpoint& where);
