#pragma once

#include <apps/echo_load/latencies.hpp>
#include <apps/echo_load/options.hpp>

#include <chrono>
#include <cstdint>

using seconds = std::chrono::duration<double>;

/// One line on stderr: `messages` have come back in the last `interval`.
void report_progress(const options& chosen, seconds since_begin, seconds interval,
                     std::uint64_t messages);

/// What was measured, on stdout: a table, or one JSON object.
void report(const options& chosen, seconds elapsed, const latencies& measured);
