#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace bench {

/// CPU time used by a process so far: all its threads, also those that have ended.
std::chrono::nanoseconds cpu_time(pid_t process);

/// Memory of a process in bytes: its proportional set size (PSS).
std::size_t memory_bytes(pid_t process);

/// Number of mappings in this process's address space; vm.max_map_count bounds it.
std::size_t mapping_count();

} // namespace bench
