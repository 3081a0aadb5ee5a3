#include <netio/http/detail/receiver.hpp>

#include <fibers/now.hpp>
#include <fibers/this_fiber.hpp>

namespace netio::http::detail {

std::size_t receiver::read(mutable_buffer into, std::error_code& ec) {
    const std::size_t count = from_.read(into, ec);
    const bool was_woken = state_ == state::woken || state_ == state::late;
    return count == 0 && !ec && was_woken ? look_again(into, ec) : count;
}

/// Nothing tells when more has come: the socket is readable all the time, for its end is there.
std::size_t receiver::look_again(mutable_buffer into, std::error_code& ec) try {
    using namespace std::chrono_literals;
    const auto end = fibers::now() + options_.drain_grace;
    for (;;) {
        const bool is_over =
            state_ == state::late ? from_.has_peer_finished() : fibers::now() >= end;
        // Once more in any case, for what came just before the end.
        const std::size_t count = from_.read(into, ec);
        if (count != 0 || ec || is_over)
            return count;
        fibers::this_fiber::sleep_for(5ms);
    }
} catch (const std::system_error& interruption) {
    ec = interruption.code();
    return 0;
}

} // namespace netio::http::detail
