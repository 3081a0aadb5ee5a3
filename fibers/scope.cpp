#include <fibers/scope.hpp>

#include <exception>

namespace fibers {

scope::scope(on_failure policy) noexcept
    : children_(policy == on_failure::stop_siblings)
    , uncaught_at_construction_(std::uncaught_exceptions()) {}

scope::~scope() noexcept(false) {
    const bool unwinding = std::uncaught_exceptions() > uncaught_at_construction_;
    if (unwinding)
        request_stop();
    // Interrupted or not: the stop is sticky and the deadline stays, so the next blocking call
    // tells.
    children_.await_all();
    if (const std::exception_ptr failure = children_.take_failure(); failure && !unwinding)
        std::rethrow_exception(failure);
}

void scope::join() {
    const detail::outcome how = children_.await_all();
    if (const std::exception_ptr failure = children_.take_failure())
        std::rethrow_exception(failure);
    detail::throw_unless_woken(how, "fibers::scope::join");
}

} // namespace fibers
