#include <fibers/detail/hesitation.hpp>

#include <fibers/detail/worker.hpp>

namespace fibers::detail {

bool hesitation::goes_on() noexcept {
    return this_worker && looks_left_-- > 0 && this_worker->hesitate();
}

} // namespace fibers::detail
