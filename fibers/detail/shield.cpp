#include <fibers/detail/shield.hpp>

#include <fibers/detail/this_agent.hpp>

#include <utility>

namespace fibers::detail {

shield::shield() noexcept : outer_(std::exchange(current_ambient().deadline, never)) {
    ++current_ambient().shields;
}

shield::~shield() {
    ambient& around = current_ambient();
    around.deadline = outer_;
    --around.shields;
}

} // namespace fibers::detail
