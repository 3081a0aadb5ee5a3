#include <fibers/scope.hpp>

#include <exception>
#include <system_error>

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
    if (children_.has_caller())
        throw std::system_error(std::make_error_code(std::errc::resource_deadlock_would_occur),
                                "fibers::scope::join: called by one of the scope's fibers");
    const detail::outcome how = children_.await_all();
    if (const std::exception_ptr failure = children_.take_failure())
        std::rethrow_exception(failure);
    detail::throw_unless_woken(how, "fibers::scope::join");
}

} // namespace fibers
