#include <fibers/cancellation.hpp>

#include <fibers/detail/this_agent.hpp>

#include <utility>

namespace fibers {

cancellation_shield::cancellation_shield() noexcept
    : outer_(std::exchange(detail::current_ambient().deadline, detail::never)) {
    ++detail::current_ambient().shields;
}

cancellation_shield::~cancellation_shield() {
    detail::ambient& around = detail::current_ambient();
    around.deadline = outer_;
    --around.shields;
}

} // namespace fibers
