#pragma once

#include <sys/types.h>

#include <string>

namespace fibers::detail {

/// In which system call that thread of this process sits, as in "read(2)"; empty where it computes, or where
/// the system does not tell (/proc/self/task/THREAD/syscall).
std::string system_call_of(pid_t thread);

} // namespace fibers::detail
