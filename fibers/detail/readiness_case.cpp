#include <fibers/detail/readiness_case.hpp>

#include <poll.h>

#include <system_error>

namespace fibers::detail {

bool readiness_case::attempt() {
    std::error_code failed;
    const bool ready = descriptor_.try_take(direction_, failed);
    if (failed)
        throw std::system_error(failed, "fibers::select: waiting for a descriptor");
    return ready;
}

bool confirmed_readiness_case::attempt() {
    // Until nothing is known, for what says so also sees to it that something will be.
    while (readiness_case::attempt())
        if (descriptor_.confirm(direction_))
            return true;
    // What has come since the poller's last look is not known yet.
    return descriptor_.confirm(direction_);
}

entry readiness_case::enter(agent& who) {
    return descriptor_.enter_or_take(direction_, node_.emplace(who));
}

bool readiness_case::leave() noexcept {
    descriptor_.leave(direction_, *node_);
    return node_->claimed();
}

void readiness_case::watch(std::vector<pollfd>& watched) const {
    watched.push_back(descriptor_.to_poll(direction_));
}

} // namespace fibers::detail
