#include <fibers/this_thread.hpp>

#include <fibers/detail/this_agent.hpp>

namespace fibers::this_thread {

fiber_id get_id() noexcept {
    return fiber_id(detail::current_identity());
}

} // namespace fibers::this_thread
