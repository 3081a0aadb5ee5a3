#pragma once

#include <fibers/sync/stop_token.hpp>
#include <fibers/thread.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {

/// Whether F is a member function that is called for the first of Args and takes a stop_token before
/// the others.
template <class F, class... Args>
inline constexpr bool is_stoppable_member = false;

template <class F, class Object, class... Args>
requires std::is_member_function_pointer_v<F>
inline constexpr bool is_stoppable_member<F, Object, Args...> =
    std::is_invocable_v<F, Object, stop_token, Args...>;

} // namespace detail

/// std::jthread, [thread.jthread.class], whose threads are those of fibers::thread: one that is
/// asked to stop and joined when it is dropped, and whose function may take a stop_token first.
///
/// As in std the stop only shows in the token. For a stop that also ends the blocking call that a
/// fiber is in, see fibers::spawn.
///
/// *May be used by* any fiber, of any runtime, and any plain thread; by one at a time, except for
/// what the stop_source and its tokens allow.
class jthread {
  public:
    using id = thread::id;
    using native_handle_type = thread::native_handle_type;

    /// No thread, and no stop state.
    jthread() noexcept : stop_(nostopstate) {}

    /// Starts a thread that calls `f(get_stop_token(), args…)` where that can be called, else
    /// `f(args…)`. A member function may take the token as its first argument, as libstdc++ allows.
    /// *Fails* as the constructor of thread does.
    template <class F, class... Args>
    requires(!std::same_as<std::remove_cvref_t<F>, jthread>) explicit jthread(F&& f, Args&&... args)
        : thread_(start(stop_, std::forward<F>(f), std::forward<Args>(args)...)) {}

    jthread(jthread&&) noexcept = default;

    /// Stops and joins the thread that there was.
    jthread& operator=(jthread&& other) noexcept {
        jthread(std::move(other)).swap(*this);
        return *this;
    }

    /// Where there is a thread, request_stop() and join(). *Suspends until* it has ended, whatever
    /// comes.
    ~jthread() {
        if (!joinable())
            return;
        request_stop();
        thread_.join_uninterrupted();
    }

    void swap(jthread& other) noexcept {
        std::swap(stop_, other.stop_);
        std::swap(thread_, other.thread_);
    }
    friend void swap(jthread& a, jthread& b) noexcept { a.swap(b); }

    bool joinable() const noexcept { return thread_.joinable(); }

    /// *Suspends until* the thread has ended. *Fails* as thread::join() does.
    void join() { thread_.join(); }

    /// Lets the thread go on alone. *Fails with* errc::invalid_argument where there is none.
    void detach() { thread_.detach(); }

    id get_id() const noexcept { return thread_.get_id(); }
    native_handle_type native_handle() const noexcept { return thread_.native_handle(); }

    stop_source get_stop_source() noexcept { return stop_; }
    stop_token get_stop_token() const noexcept { return stop_.get_token(); }
    bool request_stop() noexcept { return stop_.request_stop(); }

    static unsigned hardware_concurrency() noexcept { return thread::hardware_concurrency(); }

  private:
    template <class F, class... Args>
    static thread start(stop_source& stop, F&& f, Args&&... args) {
        if constexpr (detail::is_stoppable_member<std::decay_t<F>, std::decay_t<Args>...>)
            return start_member(stop, f, std::forward<Args>(args)...);
        else if constexpr (std::is_invocable_v<std::decay_t<F>, stop_token, std::decay_t<Args>...>)
            return thread(std::forward<F>(f), stop.get_token(), std::forward<Args>(args)...);
        else
            return thread(std::forward<F>(f), std::forward<Args>(args)...);
    }

    template <class Member, class Object, class... Args>
    static thread start_member(stop_source& stop, Member f, Object&& object, Args&&... args) {
        return thread(f, std::forward<Object>(object), stop.get_token(),
                      std::forward<Args>(args)...);
    }

    stop_source stop_;
    thread thread_;
};

} // namespace fibers
