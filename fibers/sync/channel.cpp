#include <fibers/sync/channel.hpp>

namespace fibers::detail {

std::error_code to_error(passage went) noexcept {
    switch (went) {
    case passage::closed:
        return channel_errc::closed;
    case passage::stopped:
        return to_error(outcome::stopped);
    case passage::expired:
        return to_error(outcome::expired);
    case passage::done:
    case passage::blocked:
    case passage::timed_out:
    case passage::retry:
        break;
    }
    return {};
}

void throw_if_failed(passage went, const char* where) {
    if (const std::error_code failed = to_error(went))
        throw std::system_error(failed, where);
}

} // namespace fibers::detail
