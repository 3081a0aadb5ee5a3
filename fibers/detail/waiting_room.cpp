#include <fibers/detail/waiting_room.hpp>

namespace fibers::detail {

waiting_room::~waiting_room() {
    // Whose wait has timed out or been stopped has yet to look at the queue once more.
    for (;;) {
        {
            const std::lock_guard guard{lock_};
            if (queue_.abandoned())
                return;
        }
        yield_execution();
    }
}

outcome waiting_room::finish(parking& self, wait_node& node, time_point deadline) noexcept {
    const outcome how = self.commit(deadline);
    if (how != outcome::woken) {
        const std::lock_guard guard{lock_};
        queue_.leave(node);
    }
    return how;
}

} // namespace fibers::detail
