#pragma once

#include <fibers/detail/joinable_record.hpp>
#include <fibers/detail/task.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace fibers::detail {

/// What a thread object has started: in the calling fiber's runtime; or, where no fiber runs, in an
/// OS thread of its own, which goes by the record's identity. Throws std::system_error where
/// neither can be made; the record has been abandoned then.
void start_thread(fiber_record&);

/// Calls `body(argument)` as a thread's function is called: what it throws ends the process, except
/// for the operation_canceled by which a runtime that ends stops a fiber.
void run_thread_function(fiber_record&, void (*body)(void*), void* argument) noexcept;

/// A fiber that behaves as a std::thread: it returns nothing, and what its function throws ends the
/// process at once.
template <class F, class... Args>
class thread_task final : public joinable_record {
  public:
    template <class... Given>
    explicit thread_task(Given&&... given)
        : joinable_record(runtime_and_handle, fiber_name()), call_(std::forward<Given>(given)...) {}

    void run() noexcept override {
        run_thread_function(
            *this, [](void* call) { static_cast<void>((*static_cast<call_type*>(call))()); },
            &call_);
        call_.destroy();
    }

    void abandon(std::exception_ptr why) noexcept override {
        if (why)
            std::rethrow_exception(
                why); // ends the process: a thread that never runs must not look as if it had
        call_.destroy();
    }

  private:
    using call_type = deferred_call<F, Args...>;

    call_type call_;
};

template <class F, class... Args>
joinable_record* make_thread(F&& f, Args&&... args) {
    using made = thread_task<std::decay_t<F>, std::decay_t<Args>...>;
    auto record = std::make_unique<made>(std::forward<F>(f), std::forward<Args>(args)...);
    start_thread(*record);
    return record.release();
}

} // namespace fibers::detail
