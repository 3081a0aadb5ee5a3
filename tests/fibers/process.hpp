#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

/// What the kernel knows of this process: proc(5).
namespace test {

std::size_t threads();
/// The same when those that have been joined are gone, and with the one that a sanitizer starts beside
/// the first of ours.
std::size_t threads_at_rest();
std::vector<std::string> thread_names();
std::size_t open_descriptors();
std::size_t mappings();
std::size_t resident_bytes();

/// Processor time of all threads.
std::chrono::nanoseconds cpu_time();

} // namespace test
