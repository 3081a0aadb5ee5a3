#pragma once

#include <fibers/detail/scoped_task.hpp>
#include <fibers/spawn_options.hpp>

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace fibers {

/// What a scope does when one of its fibers throws.
enum class on_failure {
    stop_siblings, ///< asks the others to stop; the scope throws what the first one threw
    ignore         ///< drops it and goes on: a server's connections do not end with one of them
};

/// Fibers that do not outlive a block of code: any number, each freed when it ends.
///
///     fibers::scope requests;
///     for (const auto& url : urls) requests.spawn(fetch, url);
///     requests.join();
///
/// The fibers inherit the spawner's ambient deadline. If the wait for them is interrupted
/// (deadline, stop), they are asked to stop, and awaited all the same. A stop is no failure of
/// theirs.
///
/// *May be used by* its owner; spawn() also by other fibers, and request_stop() and size() by anybody, as
/// long as join() or the destructor cannot have returned.
class scope {
  public:
    explicit scope(on_failure policy = on_failure::stop_siblings) noexcept;

    /// join(), where that has not been called. While an exception unwinds the block, the fibers are
    /// asked to stop and nothing is thrown.
    ~scope() noexcept(false);
    scope(const scope&) = delete;
    scope& operator=(const scope&) = delete;

    /// Starts a fiber that calls `f(args…)`, as fibers::spawn does; what it returns is dropped.
    template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    void spawn(const spawn_options& options, F&& f, Args&&... args) {
        detail::spawn_child(children_, options.name, std::forward<F>(f),
                            std::forward<Args>(args)...);
    }

    template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    void spawn(F&& f, Args&&... args) {
        spawn(spawn_options{}, std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// *Suspends until* every fiber of the scope has ended. More may be spawned afterwards.
    /// *Fails with* what the first failing fiber threw (stop_siblings), errc::timed_out,
    /// errc::operation_canceled; errc::resource_deadlock_would_occur where one of them calls it.
    void join();

    /// Asks all fibers of the scope to stop, those that are spawned later too.
    void request_stop() noexcept { children_.request_stop(); }

    /// How many fibers there are at the moment.
    std::size_t size() const noexcept { return children_.size(); }

  private:
    detail::child_group children_;
    const int uncaught_at_construction_;
};

} // namespace fibers
