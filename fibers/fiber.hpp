#pragma once

#include <fibers/detail/spawn.hpp>
#include <fibers/fiber_id.hpp>
#include <fibers/spawn_options.hpp>

#include <concepts>
#include <exception>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {
struct select_access;
}

/// A handle to a fiber and to what it returns, move-only. Dropping it asks the fiber to stop and
/// waits for its end, as std::jthread does; what the fiber threw is dropped with it.
///
/// *May be used by* any fiber, of any runtime, and any plain thread; by one at a time.
template <class T>
class [[nodiscard]] fiber {
  public:
    /// No fiber.
    fiber() noexcept = default;
    fiber(fiber&& other) noexcept : record_(std::exchange(other.record_, nullptr)) {}
    fiber& operator=(fiber&& other) noexcept {
        if (this != &other) {
            drop();
            record_ = std::exchange(other.record_, nullptr);
        }
        return *this;
    }
    ~fiber() { drop(); }

    /// Whether there is a fiber to join or detach.
    bool joinable() const noexcept { return record_ != nullptr; }

    /// Returns what the fiber returned, or throws what it threw.
    /// *Suspends until* the fiber has ended.
    /// *Fails with* errc::timed_out (ambient deadline) or errc::operation_canceled (stop of the
    /// caller), and then the fiber goes on and can still be joined; errc::invalid_argument where
    /// there is no fiber; errc::resource_deadlock_would_occur where a fiber joins itself.
    T join() {
        detail::await_end(record_, "fibers::fiber::join");
        struct releaser {
            void operator()(detail::fiber_record* r) const noexcept { r->release(); }
        };
        const std::unique_ptr<detail::result_record<T>, releaser> ended{
            std::exchange(record_, nullptr)};
        if (ended->failure)
            std::rethrow_exception(std::exchange(ended->failure, nullptr));
        return ended->returned.take();
    }

    /// Lets the fiber go on alone. When the runtime's main function has returned, the fiber is
    /// asked to stop and awaited. If it throws and nobody can receive that, std::terminate is
    /// called, as for a std::thread; except for the operation_canceled that a stop has caused.
    /// *Fails with* errc::invalid_argument where there is no fiber.
    void detach() {
        if (!record_)
            throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                    "fibers::fiber::detach");
        std::exchange(record_, nullptr)->release();
    }

    /// Asks the fiber to stop: the blocking call that it is in, or else its next one, fails with
    /// errc::operation_canceled. Does nothing where there is no fiber.
    void request_stop() noexcept {
        if (record_)
            detail::request_stop(*record_);
    }

    /// The fiber's id; a default-constructed one where there is no fiber.
    fiber_id get_id() const noexcept {
        return fiber_id(static_cast<const detail::fiber_record*>(record_));
    }

  private:
    friend class runtime;
    friend struct detail::select_access;
    template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    friend auto spawn(const spawn_options&, F&&, Args&&...)
        -> fiber<detail::result_of_spawned<F, Args...>>;

    explicit fiber(detail::result_record<T>* record) noexcept : record_(record) {}

    void drop() noexcept {
        if (!record_)
            return;
        detail::stop_and_await_end(*record_);
        std::exchange(record_, nullptr)->release();
    }

    detail::result_record<T>* record_ = nullptr;
};

/// Starts a fiber that calls `f(args…)`, with copies (or moved-to values) of both, in the calling
/// fiber's runtime. It takes its turn; the caller goes on first.
/// *Fails with* errc::operation_not_permitted on a thread that runs no fibers (see runtime::spawn),
/// std::bad_alloc, and what copying throws.
template <class F, class... Args>
requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
auto spawn(const spawn_options& options, F&& f, Args&&... args)
    -> fiber<detail::result_of_spawned<F, Args...>> {
    return fiber<detail::result_of_spawned<F, Args...>>(
        detail::spawn_in(detail::current_core("fibers::spawn"), options.name, std::forward<F>(f),
                         std::forward<Args>(args)...));
}

template <class F, class... Args>
requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
auto spawn(F&& f, Args&&... args) -> fiber<detail::result_of_spawned<F, Args...>> {
    return spawn(spawn_options{}, std::forward<F>(f), std::forward<Args>(args)...);
}

} // namespace fibers
