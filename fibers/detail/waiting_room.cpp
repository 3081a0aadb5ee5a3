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

} // namespace fibers::detail
