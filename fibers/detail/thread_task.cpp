#include <fibers/detail/thread_task.hpp>

#include <fibers/detail/spawn.hpp>
#include <fibers/detail/this_agent.hpp>
#include <fibers/detail/worker.hpp>

#include <system_error>
#include <thread>

namespace fibers::detail {

namespace {

/// A fiber's life in an OS thread.
void live_in_this_thread(fiber_record& record) noexcept {
    identify_thread_as(&record);
    record.run();
    end_thread_locals();
    identify_thread_as(nullptr);
    record.conclude();
    record.release();
}

} // namespace

void start_thread(fiber_record& record) {
    if (this_worker)
        return enqueue(this_worker->core(), record);
    try {
        std::thread{[&record] { live_in_this_thread(record); }}.detach();
    } catch (...) {
        record.abandon(nullptr);
        throw;
    }
}

void run_thread_function(fiber_record& self, void (*body)(void*), void* argument) noexcept {
    // For whatever else is thrown there is no handler, and so std::terminate is called where it was
    // thrown, with the stack as it was.
    try {
        body(argument);
    } catch (const std::system_error& error) {
        if (!self.stop_requested() || error.code() != std::errc::operation_canceled)
            std::terminate();
    }
}

} // namespace fibers::detail
