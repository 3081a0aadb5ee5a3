#pragma once

#include <sched.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace fibers::detail {

/// How many processors this process may use; at least 1.
unsigned available_processors() noexcept;

/// Whether this process may use that processor.
bool may_run_on(int cpu) noexcept;

/// How many threads this process has; none where the system does not tell.
std::optional<unsigned> threads_of_process() noexcept;

/// Names the calling thread `name/index`.
void name_this_thread(const std::string& name, unsigned index) noexcept;

/// On which processors the thread that makes this may run; for another one.
class placement {
  public:
    placement() noexcept;
    /// The calling thread may run there, too.
    void adopt() const noexcept;

  private:
    bool known_;
    cpu_set_t allowed_;
};

/// While it lives, signals are left to other threads than the calling one and those that it makes;
/// except for faults, which are the faulting thread's own.
class signals_blocked {
  public:
    signals_blocked() noexcept;
    ~signals_blocked();
    signals_blocked(const signals_blocked&) = delete;
    signals_blocked& operator=(const signals_blocked&) = delete;

  private:
    sigset_t previous_;
};

/// Keeps the calling thread on cpus[index mod size] while it lives. No cpus: does nothing.
class affinity_scope {
  public:
    /// Throws std::system_error, naming the processor, where the system does not have it.
    affinity_scope(const std::vector<int>& cpus, unsigned index);
    ~affinity_scope();
    affinity_scope(const affinity_scope&) = delete;
    affinity_scope& operator=(const affinity_scope&) = delete;

  private:
    bool changed_ = false;
    cpu_set_t previous_;
};

} // namespace fibers::detail
