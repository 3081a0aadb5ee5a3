#pragma once

#include <fibers/detail/thread_task.hpp>
#include <fibers/fiber_id.hpp>

#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <type_traits>
#include <utility>

namespace fibers {

/// std::thread, [thread.thread.class], whose threads are fibers of the runtime of whoever starts
/// them. Where no fiber runs (before fibers::run, or in a plain thread), it starts an OS thread.
///
/// When the function given to fibers::run has returned, threads that are left are asked to stop:
/// their next blocking call fails with errc::operation_canceled, which they may let out.
///
/// *May be used by* any fiber, of any runtime, and any plain thread; by one at a time.
class thread {
  public:
    using id = fiber_id;
    /// Tells one thread from the others in a debugger: the address of its record. It is no pthread_t,
    /// which would be that of the worker with all its other fibers: code that names or pins a
    /// thread by it does not compile.
    enum class native_handle_type : std::uintptr_t {};

    /// No thread.
    thread() noexcept = default;

    /// Starts a thread that calls `f(args…)`, with copies (or moved-to values) of both. If that
    /// throws, std::terminate is called.
    /// *Fails with* what copying throws, std::bad_alloc, and where an OS thread is wanted and
    /// cannot be made errc::resource_unavailable_try_again. Where there is no address space for its
    /// stack when its turn comes, std::terminate is called.
    template <class F, class... Args>
    requires(!std::same_as<std::remove_cvref_t<F>, thread>) explicit thread(F&& f, Args&&... args)
        : record_(detail::make_thread(std::forward<F>(f), std::forward<Args>(args)...)) {
        static_assert(std::is_invocable_v<std::decay_t<F>, std::decay_t<Args>...>,
                      "the arguments must be callable with, once they are copied");
    }

    thread(thread&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}

    /// Calls std::terminate where there is a thread that has been neither joined nor detached.
    thread& operator=(thread&& other) noexcept {
        if (joinable())
            std::terminate();
        record_ = std::exchange(other.record_, nullptr);
        return *this;
    }

    /// As the assignment.
    ~thread() {
        if (joinable())
            std::terminate();
    }

    void swap(thread& other) noexcept { std::swap(record_, other.record_); }
    friend void swap(thread& a, thread& b) noexcept { a.swap(b); }

    bool joinable() const noexcept { return record_ != nullptr; }

    /// *Suspends until* the thread has ended.
    /// *Fails with* errc::invalid_argument where there is no thread;
    /// errc::resource_deadlock_would_occur where it joins itself; errc::operation_canceled (stop)
    /// or errc::timed_out (ambient deadline), and then it can still be joined.
    void join();

    /// Lets the thread go on alone. *Fails with* errc::invalid_argument where there is none.
    void detach();

    id get_id() const noexcept { return id(record_); }

    native_handle_type native_handle() const noexcept {
        return native_handle_type{reinterpret_cast<std::uintptr_t>(record_)};
    }

    /// How many processors this process may use; 0 where that is unknown. As many workers are
    /// worth having, and far more threads than that.
    static unsigned hardware_concurrency() noexcept;

  private:
    friend class jthread;

    /// As join(), where there is a thread, but nothing interrupts it.
    void join_uninterrupted() noexcept;

    detail::joinable_record* record_ = nullptr;
};

} // namespace fibers
