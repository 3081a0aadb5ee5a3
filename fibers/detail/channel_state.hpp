#pragma once

#include <fibers/detail/channel_core.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/select_entry.hpp>
#include <fibers/detail/value_queue.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace fibers::detail {

/// A channel as its operations see it. A value is moved under the lock, once where the partner is
/// there already, and only when it is certain to arrive; if the move throws, it has not been sent.
template <class T>
class channel_state : public channel_core {
  public:
    explicit channel_state(std::size_t capacity) noexcept : capacity_(capacity) {}

    passage try_send(T& value) {
        wake_up receiver; // scheduled after the unlock
        const std::lock_guard guard{lock_};
        return pass_in(value, receiver);
    }

    passage try_receive(std::optional<T>& into) {
        wake_up sender;
        const std::lock_guard guard{lock_};
        return take_out(into, sender);
    }

    passage send(T& value, time_point deadline) {
        return perform([&](wake_up& receiver) { return pass_in(value, receiver); }, senders_,
                       &value, "a channel to take a value", deadline);
    }

    passage receive(std::optional<T>& into, time_point deadline) {
        return perform([&](wake_up& sender) { return take_out(into, sender); }, receivers_, &into,
                       "a value from a channel", deadline);
    }

    // What a select does while it is about to park. A node of its own in the other queue is no
    // partner.

    entry enter_to_send(channel_waiter& node, T& value) {
        wake_up receiver;
        const std::lock_guard guard{lock_};
        if (!closed_ && values_.size() >= capacity_ && !receivers_.has_other_than(node.who()))
            return leave_word(senders_, node);
        return claim_and_attempt(node, [&] { return pass_in(value, receiver); });
    }

    entry enter_to_receive(channel_waiter& node, std::optional<T>& into) {
        wake_up sender;
        const std::lock_guard guard{lock_};
        if (!closed_ && values_.empty() && !senders_.has_other_than(node.who()))
            return leave_word(receivers_, node);
        return claim_and_attempt(node, [&] { return take_out(into, sender); });
    }

    bool ended() const noexcept {
        const std::lock_guard guard{lock_};
        return closed_ && values_.empty();
    }

    std::size_t size() const noexcept {
        const std::lock_guard guard{lock_};
        return values_.size();
    }

  private:
    template <class Attempt>
    passage perform(Attempt attempt, wait_queue& queue, void* slot, const char* what,
                    time_point deadline) {
        passage went;
        {
            wake_up partner;
            std::unique_lock guard{lock_};
            went = attempt(partner);
            if (went == passage::blocked) {
                parking self{what, this};
                channel_waiter node{self.who(), slot};
                for (;;) {
                    went = wait(guard, self, queue, node, deadline);
                    if (went != passage::retry)
                        return went;
                    guard.lock();
                    went = attempt(partner);
                    if (went != passage::blocked)
                        return went;
                }
            }
        }
        take_turns();
        return went;
    }

    template <class Attempt>
    static entry claim_and_attempt(channel_waiter& node, Attempt attempt) {
        if (!node.who().claim(outcome::woken))
            return entry::decided;
        node.went = attempt();
        return node.went == passage::blocked ? entry::missed : entry::done;
    }

    passage pass_in(T& value, wake_up& later) {
        if (closed_)
            return passage::closed;
        if (channel_waiter* const receiver = claim_first(receivers_, later)) {
            static_cast<std::optional<T>*>(receiver->slot)->emplace(std::move(value));
            receiver->went = passage::done;
            return passage::done;
        }
        if (values_.size() >= capacity_)
            return passage::blocked;
        values_.push_back(std::move(value));
        return passage::done;
    }

    passage take_out(std::optional<T>& into, wake_up& later) {
        if (!values_.empty()) {
            into.emplace(std::move(values_.front()));
            values_.pop_front();
            if (channel_waiter* const sender = claim_first(senders_, later))
                fill_up_from(*sender);
            return passage::done;
        }
        if (closed_)
            return passage::closed;
        if (channel_waiter* const sender = claim_first(senders_, later)) {
            into.emplace(std::move(*static_cast<T*>(sender->slot)));
            sender->went = passage::done;
            return passage::done;
        }
        return passage::blocked;
    }

    void fill_up_from(channel_waiter& sender) noexcept {
        try {
            values_.push_back(std::move(*static_cast<T*>(sender.slot)));
            sender.went = passage::done;
        } catch (...) {
            // The sender tries again itself, and what is thrown then comes to the right place.
        }
    }

    const std::size_t capacity_;
    value_queue<T> values_;
};

} // namespace fibers::detail
