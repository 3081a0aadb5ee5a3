#pragma once

#include <fibers/detail/channel_core.hpp>
#include <fibers/detail/hesitation.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/select_entry.hpp>
#include <fibers/detail/value_queue.hpp>

#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>

namespace fibers::detail {

/// A channel as its operations see it. A value is moved under the lock of its end, or under both, once
/// where the partner is there already, and only when it is certain to arrive; if the move throws, it
/// has not been sent.
template <class T>
class channel_state : public channel_core {
  public:
    explicit channel_state(std::size_t capacity) noexcept : channel_core(capacity) {}

    passage try_send(T& value) {
        if (const std::optional<passage> went = put_in(value))
            return *went;
        wake_up receiver; // scheduled after the unlock
        const std::lock_guard guard{ends_};
        return pass_in(value, receiver);
    }

    passage try_receive(std::optional<T>& into) {
        if (const std::optional<passage> went = take_out(into))
            return *went;
        wake_up sender;
        const std::lock_guard guard{ends_};
        return pass_out(into, sender);
    }

    passage send(T& value, time_point deadline) {
        if (done_at_one([&] { return put_in(value); }))
            return passage::done;
        return perform([&](wake_up& receiver) { return pass_in(value, receiver); }, ends_.senders,
                       &value, "a channel to take a value", deadline);
    }

    passage receive(std::optional<T>& into, time_point deadline) {
        if (done_at_one([&] { return take_out(into); }))
            return passage::done;
        return perform([&](wake_up& sender) { return pass_out(into, sender); }, ends_.receivers,
                       &into, "a value from a channel", deadline);
    }

    // What a select does while it is about to park. A node of its own in the other queue is no
    // partner.

    entry enter_to_send(channel_waiter& node, T& value) {
        wake_up receiver;
        const std::lock_guard guard{ends_};
        if (!ends_.closed && values_.full(ends_.capacity) &&
            !ends_.receivers.has_other_than(node.who()))
            return leave_word(ends_.senders, node);
        return claim_and_attempt(node, [&] { return pass_in(value, receiver); });
    }

    entry enter_to_receive(channel_waiter& node, std::optional<T>& into) {
        wake_up sender;
        const std::lock_guard guard{ends_};
        if (!ends_.closed && values_.empty() && !ends_.senders.has_other_than(node.who()))
            return leave_word(ends_.receivers, node);
        return claim_and_attempt(node, [&] { return pass_out(into, sender); });
    }

    bool ended() const noexcept {
        const std::lock_guard guard{ends_};
        return ends_.closed && values_.size() == 0;
    }

    std::size_t size() const noexcept {
        const std::lock_guard guard{ends_};
        return values_.size();
    }

  private:
    std::optional<passage> put_in(T& value) {
        return at_one(ends_.in, [&] {
            if (values_.full(ends_.capacity))
                return passage::blocked;
            values_.push_back(std::move(value));
            return passage::done;
        });
    }

    std::optional<passage> take_out(std::optional<T>& into) {
        return at_one(ends_.out, [&] {
            if (values_.empty())
                return passage::blocked;
            take_first(into);
            return passage::done;
        });
    }

    /// None: it takes both.
    template <class Operation>
    static std::optional<passage> at_one(channel_ends::end& end, Operation operation) {
        if (!end.calm())
            return std::nullopt;
        const std::lock_guard guard{end};
        if (!end.calm())
            return std::nullopt;
        return operation();
    }

    /// False: it takes both ends, or a wait.
    template <class Attempt>
    static bool done_at_one(Attempt attempt) {
        hesitation before_parking;
        std::optional<passage> went;
        do
            went = attempt();
        while (went == passage::blocked && before_parking.goes_on());
        if (went != passage::done)
            return false;
        take_turns();
        return true;
    }

    template <class Attempt>
    passage perform(Attempt attempt, wait_queue& queue, void* slot, const char* what,
                    time_point deadline) {
        passage went;
        {
            wake_up partner;
            std::unique_lock guard{ends_};
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
        if (ends_.closed)
            return passage::closed;
        if (channel_waiter* const receiver = claim_first(ends_.receivers, later)) {
            static_cast<std::optional<T>*>(receiver->slot)->emplace(std::move(value));
            receiver->went = passage::done;
            return passage::done;
        }
        if (ends_.capacity == 0 || values_.full(ends_.capacity))
            return passage::blocked;
        values_.push_back(std::move(value));
        return passage::done;
    }

    passage pass_out(std::optional<T>& into, wake_up& later) {
        if (ends_.capacity != 0 && !values_.empty()) {
            take_first(into);
            if (channel_waiter* const sender = claim_first(ends_.senders, later))
                fill_up_from(*sender);
            return passage::done;
        }
        if (ends_.closed)
            return passage::closed;
        if (channel_waiter* const sender = claim_first(ends_.senders, later)) {
            into.emplace(std::move(*static_cast<T*>(sender->slot)));
            sender->went = passage::done;
            return passage::done;
        }
        values_.rewind();
        return passage::blocked;
    }

    void take_first(std::optional<T>& into) {
        into.emplace(std::move(values_.front()));
        values_.pop_front();
    }

    void fill_up_from(channel_waiter& sender) noexcept {
        try {
            values_.push_back(std::move(*static_cast<T*>(sender.slot)));
            sender.went = passage::done;
        } catch (...) {
            // The sender tries again itself, and what is thrown then comes to the right place.
        }
    }

    value_queue<T> values_;
};

} // namespace fibers::detail
