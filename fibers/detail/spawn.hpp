#pragma once

#include <fibers/detail/task.hpp>

#include <memory>
#include <string>
#include <utility>

namespace fibers::detail {

class runtime_core;

/// The runtime of the calling fiber. Throws std::system_error (operation_not_permitted), naming
/// `what`, on a plain thread.
runtime_core& current_core(const char* what);

/// Throws std::system_error (operation_not_permitted) when the runtime is over; the fiber has been
/// abandoned then.
void enqueue(runtime_core&, fiber_record&);

/// Makes the fiber and queues it.
template <class F, class... Args>
auto* spawn_in(runtime_core& core, const std::string& name, F&& f, Args&&... args) {
    using spawned = task<result_of_spawned<F, Args...>, std::decay_t<F>, std::decay_t<Args>...>;
    auto fiber = std::make_unique<spawned>(fiber_name(name), std::forward<F>(f),
                                           std::forward<Args>(args)...);
    enqueue(core, *fiber);
    return fiber.release();
}

// What the handle does.

/// Suspends until the fiber has ended. Throws what fiber::join() says.
void await_end(joinable_record*, const char* where);

void await_end_uninterrupted(joinable_record&) noexcept;

/// Asks for a stop, waits for the end whatever comes, and forgets what the fiber threw.
void stop_and_await_end(joinable_record&) noexcept;

void request_stop(fiber_record&) noexcept;

} // namespace fibers::detail
