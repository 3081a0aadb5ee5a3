#pragma once

#include <fibers/detail/fd_state.hpp>
#include <fibers/detail/select_case.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/direction.hpp>

#include <functional>
#include <optional>

namespace fibers::detail {

/// A descriptor that may be ready, or has been shut.
class readiness_case : public select_case {
  public:
    readiness_case(fd_state& descriptor, direction d) noexcept
        : descriptor_(descriptor), direction_(d) {}

    bool attempt() override;
    entry enter(agent& who) override;
    bool leave() noexcept override;
    awaited kind() const noexcept override { return awaited::descriptor; }
    void watch(std::vector<pollfd>&) const override;

  protected:
    fd_state& descriptor_;
    const direction direction_;

  private:
    std::optional<wait_node> node_;
};

/// A descriptor that is ready, as the system confirms: what is known may be out of date, and who has
/// chosen among several things must not wait for this one afterwards.
class confirmed_readiness_case : public readiness_case {
  public:
    using readiness_case::readiness_case;

    bool attempt() override;

    /// The handler's own wait() must find what the case has taken.
    template <class F>
    void conclude(F& handler) {
        descriptor_.give_back(direction_);
        std::invoke(handler);
    }
};

} // namespace fibers::detail
