#include <fibers/blocking.hpp>

#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/worker.hpp>

namespace fibers::detail {

void call_blocking(void (*call)(void*), void* argument) {
    if (this_worker)
        this_worker->core().blocking_threads().call(call, argument);
    else
        call(argument);
}

} // namespace fibers::detail
