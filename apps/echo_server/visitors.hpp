#pragma once

#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>

#include <cstddef>
#include <cstdint>
#include <utility>

/// Counts the connections of a server and keeps them below a limit.
class visitors {
  public:
    /// A connection that is open.
    class visit {
      public:
        explicit visit(visitors& of) noexcept : of_{&of} {}
        visit(visit&& other) noexcept : of_{std::exchange(other.of_, nullptr)} {}
        visit& operator=(visit&&) = delete;
        ~visit() {
            if (of_)
                of_->leave(bytes);
        }

        std::uint64_t bytes = 0; ///< how many have been echoed

      private:
        visitors* of_;
    };

    struct totals {
        std::uint64_t connections = 0;
        std::uint64_t bytes = 0; ///< of the connections that have ended
    };

    /// 0: no limit.
    explicit visitors(std::size_t limit) noexcept : limit_{limit} {}

    /// *Suspends until* one more is allowed.
    void wait_for_room();
    visit enter();

    std::size_t present() const;
    totals so_far() const;

  private:
    void leave(std::uint64_t bytes) noexcept;

    const std::size_t limit_;
    mutable fibers::mutex mutex_;
    fibers::condition_variable left_;
    std::size_t present_ = 0;
    totals totals_;
};
