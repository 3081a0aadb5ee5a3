#include <fibers/timeout.hpp>

#include <fibers/detail/this_agent.hpp>

#include <algorithm>

namespace fibers {

timeout_scope::timeout_scope(std::chrono::steady_clock::time_point deadline) noexcept
    : outer_(detail::current_ambient().deadline) {
    detail::current_ambient().deadline = std::min(outer_, deadline);
}

timeout_scope::~timeout_scope() {
    detail::current_ambient().deadline = outer_;
}

} // namespace fibers
