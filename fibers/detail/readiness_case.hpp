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

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }

  private:
    fd_state& descriptor_;
    const direction direction_;
    std::optional<wait_node> node_;
};

} // namespace fibers::detail
