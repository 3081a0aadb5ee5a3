#pragma once

#include <fibers/detail/stop_state.hpp>

#include <concepts>
#include <memory>
#include <stop_token>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {
struct select_access;
}

using std::nostopstate;
using std::nostopstate_t;

/// std::stop_token, [stoptoken]: sees whether its stop_sources have been asked to stop.
///
/// As in std a stop shows in the token, and in waits that are given it; it ends no other blocking
/// call. For it to do that, pass it on to a fiber:
///
///     auto work = fibers::spawn(f);
///     fibers::stop_callback pass_on{token, [&] { work.request_stop(); }};
///
/// *May be used by* any fiber and plain thread; one object by one at a time.
class stop_token {
  public:
    /// Without a stop state: no stop will come.
    stop_token() noexcept = default;

    /// Whether a stop has been requested, or still can be.
    [[nodiscard]] bool stop_possible() const noexcept { return state_ && state_->stop_possible(); }

    [[nodiscard]] bool stop_requested() const noexcept {
        return state_ && state_->stop_requested();
    }

    void swap(stop_token& other) noexcept { state_.swap(other.state_); }
    friend void swap(stop_token& a, stop_token& b) noexcept { a.swap(b); }

    /// Whether they see the same stop.
    [[nodiscard]] friend bool operator==(const stop_token&, const stop_token&) noexcept = default;

  private:
    friend class stop_source;
    friend struct detail::select_access;
    template <class>
    friend class stop_callback;

    explicit stop_token(std::shared_ptr<detail::stop_state> state) noexcept
        : state_(std::move(state)) {}

    std::shared_ptr<detail::stop_state> state_;
};

/// std::stop_source, [stopsource]: asks to stop. Copies ask for the same stop.
///
/// *May be used by* any fiber and plain thread, several at once where they only call what is const.
class stop_source {
  public:
    /// *Fails with* std::bad_alloc.
    stop_source() : state_(std::make_shared<detail::stop_state>()) {}

    /// Without a stop state, and so without an allocation.
    explicit stop_source(nostopstate_t) noexcept {}

    stop_source(const stop_source& other) noexcept : state_(other.state_) {
        if (state_)
            state_->add_source();
    }

    stop_source(stop_source&&) noexcept = default;

    stop_source& operator=(const stop_source& other) noexcept {
        stop_source(other).swap(*this);
        return *this;
    }

    stop_source& operator=(stop_source&& other) noexcept {
        stop_source(std::move(other)).swap(*this);
        return *this;
    }

    ~stop_source() {
        if (state_)
            state_->drop_source();
    }

    void swap(stop_source& other) noexcept { state_.swap(other.state_); }
    friend void swap(stop_source& a, stop_source& b) noexcept { a.swap(b); }

    [[nodiscard]] stop_token get_token() const noexcept { return stop_token(state_); }

    [[nodiscard]] bool stop_possible() const noexcept { return state_ != nullptr; }

    [[nodiscard]] bool stop_requested() const noexcept {
        return state_ && state_->stop_requested();
    }

    /// Requests the stop, and calls all stop_callbacks, one after the other; they may suspend, and
    /// may destroy this object. False: there is no stop state, or the stop has been requested
    /// before, when the callbacks may still be running.
    bool request_stop() const noexcept {
        const std::shared_ptr<detail::stop_state> outlives_the_callbacks = state_;
        return outlives_the_callbacks && outlives_the_callbacks->request_stop();
    }

    /// Whether they ask for the same stop.
    [[nodiscard]] friend bool operator==(const stop_source&, const stop_source&) noexcept = default;

  private:
    std::shared_ptr<detail::stop_state> state_;
};

/// std::stop_callback, [stopcallback]: while it lives, a stop calls its function: in the fiber or
/// thread that requests it; in the one that makes the callback where it has been requested before.
/// What the function throws ends the process.
///
/// Its destructor *suspends until* the function does not run any more, whatever comes; not so when
/// the function itself destroys it.
///
/// *May be used by* any fiber and plain thread.
template <class Callback>
class [[nodiscard]] stop_callback {
    static_assert(std::invocable<Callback>);
    static_assert(std::destructible<Callback>);

  public:
    using callback_type = Callback;

    /// *Fails with* what making the function throws.
    template <class C>
    requires std::constructible_from<Callback, C>
    explicit stop_callback(const stop_token& token,
                           C&& callback) noexcept(std::is_nothrow_constructible_v<Callback, C>)
        : stop_callback(stop_token(token), std::forward<C>(callback)) {}

    /// The token is left as it was where the function has been called, or never will be.
    template <class C>
    requires std::constructible_from<Callback, C>
    explicit stop_callback(stop_token&& token,
                           C&& callback) noexcept(std::is_nothrow_constructible_v<Callback, C>)
        : listener_(std::forward<C>(callback)) {
        if (token.state_ && token.state_->add(listener_))
            state_ = std::move(token.state_);
    }

    stop_callback(const stop_callback&) = delete;
    stop_callback& operator=(const stop_callback&) = delete;

    ~stop_callback() {
        if (state_)
            state_->remove(listener_);
    }

  private:
    struct listener final : detail::stop_listener {
        template <class C>
        explicit listener(C&& c) : callback(std::forward<C>(c)) {}

        void on_stop() noexcept override { std::forward<Callback>(callback)(); }

        Callback callback;
    };

    listener listener_;
    std::shared_ptr<detail::stop_state> state_; // null: nothing to be removed
};

template <class Callback>
stop_callback(stop_token, Callback) -> stop_callback<Callback>;

} // namespace fibers
