#pragma once

#include <fibers/detail/channel_state.hpp>
#include <fibers/detail/select_case.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace fibers::detail {

template <class T>
class receive_case : public select_case {
  public:
    explicit receive_case(channel_state<T>& from) noexcept : from_(from) {}

    bool attempt() override { return from_.try_receive(value_) != passage::blocked; }

    entry enter(agent& who) override {
        return from_.enter_to_receive(node_.emplace(who, &value_), value_);
    }

    bool leave() noexcept override { return from_.leave_receivers(*node_); }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler, std::move(value_));
    }

  private:
    channel_state<T>& from_;
    std::optional<T> value_;
    std::optional<channel_waiter> node_;
};

/// `Held` is T& for a value that the caller lends, or T.
template <class T, class Held>
class send_case : public select_case {
  public:
    template <class U>
    send_case(channel_state<T>& to, U&& value) : to_(to), value_(std::forward<U>(value)) {}

    bool attempt() override {
        went_ = to_.try_send(value_);
        return went_ != passage::blocked;
    }

    entry enter(agent& who) override {
        const entry how = to_.enter_to_send(node_.emplace(who, &value_), value_);
        if (how == entry::done)
            went_ = node_->went; // else a partner may be writing it
        return how;
    }

    bool leave() noexcept override {
        const bool done = to_.leave_senders(*node_);
        if (done)
            went_ = node_->went;
        return done;
    }

    /// Throws where the channel was closed.
    template <class F>
    void conclude(F& handler) {
        throw_if_failed(went_, "fibers::select: sending");
        std::invoke(handler);
    }

  private:
    channel_state<T>& to_;
    Held value_;
    passage went_ = passage::blocked;
    std::optional<channel_waiter> node_;
};

} // namespace fibers::detail
