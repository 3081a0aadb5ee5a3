#include <fibers/this_fiber.hpp>

#include <fibers/detail/current_fiber.hpp>
#include <fibers/detail/parking.hpp>

namespace fibers::this_fiber {

using detail::current_fiber;

fiber_id get_id() noexcept {
    return current_fiber ? fiber_id(current_fiber) : fiber_id();
}

std::string name() {
    return current_fiber ? current_fiber->name().c_str() : std::string();
}

void yield() noexcept {
    detail::yield_execution();
}

bool stop_requested() noexcept {
    return current_fiber && current_fiber->stop_requested();
}

void sleep_until(std::chrono::steady_clock::time_point moment) {
    detail::parking self{"a moment"};
    detail::outcome how = detail::outcome::stopped;
    if (self.begin(detail::interruption::honoured))
        how = self.commit(moment);
    if (how != detail::outcome::timed_out)
        detail::throw_unless_woken(how, "fibers::this_fiber::sleep_until");
}

} // namespace fibers::this_fiber
