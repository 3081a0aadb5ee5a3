#pragma once

#include <fibers/detail/clock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace fibers::detail {

class runtime_core;

/// A thread that looks at the workers now and then, and says on standard error when one has turned to no other
/// fiber for too long: which fiber it is, where, and in which system call. Once for each time.
class watchdog {
  public:
    /// Does nothing where the limit is 0. Throws std::system_error where no thread can be made.
    watchdog(runtime_core&, std::chrono::milliseconds limit);
    ~watchdog();
    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;

  private:
    /// What a worker was doing when it was last looked at.
    struct sight {
        std::uint64_t picks;
        time_point since; ///< it has had this fiber at least since then
        bool reported;
    };

    void watch() noexcept;
    void look_at(unsigned index);
    void report(unsigned index) const;

    runtime_core& core_;
    const std::chrono::milliseconds limit_;
    std::vector<sight> sights_;
    std::atomic<std::uint32_t> ending_{0};
    std::thread thread_;
};

} // namespace fibers::detail
