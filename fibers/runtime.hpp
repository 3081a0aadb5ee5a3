#pragma once

#include <fibers/detail/runtime_access.hpp>
#include <fibers/fiber.hpp>
#include <fibers/runtime_options.hpp>

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace fibers {

/// Workers that run fibers. A process may have several runtimes, side by side and one after
/// another.
class runtime {
  public:
    /// *Fails with* errc::invalid_argument, naming the option that makes no sense.
    explicit runtime(runtime_options options = {});
    /// Fibers that were spawned for a run that never came fail with errc::operation_canceled.
    ~runtime();
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    /// Makes the calling thread a worker, starts the others, and calls `f()` as the main fiber, on
    /// the thread's own stack. When `f` has returned or thrown, the fibers that are left are asked
    /// to stop; run() returns, with what `f` gave, when the last one has ended. A runtime runs
    /// once. *Fails with* errc::operation_not_permitted where the calling thread runs fibers
    /// already or the runtime has run; with what the system says where a worker cannot be made; and
    /// as `f` does.
    template <std::invocable F>
    std::invoke_result_t<F> run(F&& f);

    /// Starts a fiber here from any thread, fibers of other runtimes included. Before run() it is
    /// queued for it.
    /// *Fails with* errc::operation_not_permitted when the runtime has ended.
    template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    auto spawn(const spawn_options& options, F&& f, Args&&... args)
        -> fiber<detail::result_of_spawned<F, Args...>> {
        return fiber<detail::result_of_spawned<F, Args...>>(detail::spawn_in(
            *core_, options.name, std::forward<F>(f), std::forward<Args>(args)...));
    }

    template <class F, class... Args>
    requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
    auto spawn(F&& f, Args&&... args) -> fiber<detail::result_of_spawned<F, Args...>> {
        return spawn(spawn_options{}, std::forward<F>(f), std::forward<Args>(args)...);
    }

    /// How many workers it has.
    unsigned workers() const noexcept;

  private:
    friend detail::runtime_core& detail::core_of(runtime&) noexcept;

    void run_erased(void (*body)(void*), void* argument);

    std::unique_ptr<detail::runtime_core> core_;
};

template <std::invocable F>
std::invoke_result_t<F> runtime::run(F&& f) {
    using result = std::invoke_result_t<F>;
    if constexpr (std::is_void_v<result>) {
        auto body = [&f] { std::invoke(std::forward<F>(f)); };
        run_erased([](void* call) { (*static_cast<decltype(body)*>(call))(); }, &body);
    } else if constexpr (std::is_reference_v<result>) {
        std::remove_reference_t<result>* value = nullptr;
        auto body = [&] { value = std::addressof(std::invoke(std::forward<F>(f))); };
        run_erased([](void* call) { (*static_cast<decltype(body)*>(call))(); }, &body);
        return static_cast<result>(*value);
    } else {
        std::optional<result> value;
        auto body = [&] { value.emplace(std::invoke(std::forward<F>(f))); };
        run_erased([](void* call) { (*static_cast<decltype(body)*>(call))(); }, &body);
        return std::move(*value);
    }
}

/// Calls `f()` as the main fiber of a runtime of its own, with one worker: the calling thread. See
/// runtime::run.
template <std::invocable F>
std::invoke_result_t<F> run(F&& f) {
    return runtime{}.run(std::forward<F>(f));
}

} // namespace fibers
