#include <fibers/shared_stack.hpp>

#include <fibers/detail/worker.hpp>

namespace fibers::detail {

void call_on_shared_stack(void (*call)(void*), void* argument) {
    // The thread's own stack, which the main fiber has, is there in any case.
    if (!this_worker || !current_fiber->own_stack || this_worker->scratch().lent())
        call(argument);
    else
        this_worker->scratch().call(call, argument, current_fiber->own_stack->marks);
}

} // namespace fibers::detail
