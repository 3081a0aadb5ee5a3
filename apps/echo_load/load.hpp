#pragma once

#include <apps/echo_load/latencies.hpp>
#include <apps/echo_load/options.hpp>

#include <chrono>

/// Connects, puts the load on the server, and returns how long that took from the first message to the
/// end of the last connection.
/// *Fails with* std::runtime_error as soon as the server refuses, answers wrongly, or closes.
std::chrono::duration<double> run_load(const options& chosen, latencies& measured);
