#pragma once

#include <sched.h>

#include <string>
#include <vector>

namespace fibers::detail {

/// How many processors this process may use; at least 1.
unsigned available_processors() noexcept;

/// Whether this process may use that processor.
bool may_run_on(int cpu) noexcept;

/// Names the calling thread `name/index`.
void name_this_thread(const std::string& name, unsigned index) noexcept;

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
