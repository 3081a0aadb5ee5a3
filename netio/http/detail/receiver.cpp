#include <netio/http/detail/receiver.hpp>

#include <fibers/now.hpp>
#include <fibers/this_fiber.hpp>

namespace netio::http::detail {

std::size_t receiver::read(mutable_buffer into, std::error_code& ec) {
    using namespace std::chrono_literals;
    std::size_t count = from_.read(into, ec);
    if (count != 0 || ec || state_ != state::woken)
        return count;
    const auto end = fibers::now() + options_.drain_grace;
    while (count == 0 && !ec && fibers::now() < end) {
        fibers::this_fiber::sleep_for(5ms);
        count = from_.read(into, ec);
    }
    return count;
}

} // namespace netio::http::detail
