#include <fibers/detail/joinable_record.hpp>

#include <exception>
#include <system_error>

namespace fibers::detail {

void joinable_record::terminate_unless_stopped() noexcept {
    try {
        std::rethrow_exception(failure);
    } catch (const std::system_error& error) {
        if (stop_requested() && error.code() == std::errc::operation_canceled)
            return;
        std::terminate(); // while the exception is handled, so that it is shown
    } catch (...) {
        std::terminate();
    }
}

} // namespace fibers::detail
