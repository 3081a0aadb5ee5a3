#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/channel_ends.hpp>
#include <fibers/detail/clock.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/select_entry.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <system_error>

namespace fibers::detail {

/// How an operation on a channel has gone.
enum class passage : std::uint8_t {
    done,      ///< a value has been sent or received
    blocked,   ///< it would have to wait
    closed,    ///< it cannot succeed any more
    timed_out, ///< its own time is up
    stopped,   ///< request_stop()
    expired,   ///< the ambient deadline has passed
    retry      ///< it was its turn, but moving the value threw at the partner's hands
};

/// None for what is no failure: done, or not (yet) possible.
std::error_code to_error(passage) noexcept;
[[gnu::cold]] void throw_if_failed(passage, const char* where);

/// What a waiting sender or receiver leaves in a channel. Who claims it moves the value out of or
/// into the slot, and says in `went` how that went; all under both of the channel's locks.
struct channel_waiter : wait_node {
    channel_waiter(agent& who, void* slot_of_this) noexcept : wait_node(who), slot(slot_of_this) {}

    void* const slot; // a sender's T, a receiver's std::optional<T>
    passage went = passage::blocked;
};

/// Schedules whom it holds when it goes out of scope, which has to be after the unlock.
class wake_up {
  public:
    wake_up() noexcept = default;
    ~wake_up() {
        if (whom_)
            schedule(*whom_);
    }
    wake_up(const wake_up&) = delete;
    wake_up& operator=(const wake_up&) = delete;

    void add(agent& whom) noexcept { whom_ = &whom; }

  private:
    agent* whom_ = nullptr;
};

/// The part of a channel that does not know what passes through it: who waits.
///
/// | values  | senders | receivers | meaning                   | leaves by                              |
/// |---------|---------|-----------|---------------------------|----------------------------------------|
/// | none    | none    | none      | idle                      | send → values, or senders if no room;  |
/// |         |         |           |                           | receive → receivers                    |
/// | some    | none    | none      | there is room, or was     | send, receive                          |
/// | full    | some    | none      | senders wait for room     | receive: the first sender's value goes |
/// |         |         |           |                           | in; or out at once where nothing fits  |
/// | none    | none    | some      | receivers wait for values | send: into the first receiver's slot   |
/// | any     | none    | none      | closed: nothing goes in   | receive, until nothing is left         |
///
/// Those whose wait has been interrupted may still be in a queue; nobody can claim them.
class channel_core {
  public:
    explicit channel_core(std::size_t capacity) noexcept : ends_(capacity) {}
    ~channel_core();
    channel_core(const channel_core&) = delete;
    channel_core& operator=(const channel_core&) = delete;

    void close() noexcept;

    /// After a select's wait. True: it was claimed here, and its value has been moved or the channel
    /// closed.
    bool leave_senders(channel_waiter& node) noexcept { return leave(ends_.senders, node); }
    bool leave_receivers(channel_waiter& node) noexcept { return leave(ends_.receivers, node); }

  protected:
    /// Under both locks. The first who waits there, claimed; null: nobody waits.
    static channel_waiter* claim_first(wait_queue& queue, wake_up& later) noexcept {
        auto* const first = static_cast<channel_waiter*>(queue.claim_first());
        if (first) {
            later.add(first->who());
            first->went = passage::retry; // until the value has been moved
        }
        return first;
    }

    /// Parks the caller in `queue`, and gives up the locks once it can be found there.
    passage wait(std::unique_lock<channel_ends>& held, parking&, wait_queue& queue, channel_waiter&,
                 time_point deadline) noexcept;

    /// Under both locks.
    static entry leave_word(wait_queue& queue, channel_waiter& node) noexcept {
        queue.push_back(node);
        return entry::waiting;
    }

    mutable channel_ends ends_;

  private:
    bool leave(wait_queue&, channel_waiter&) noexcept;
};

} // namespace fibers::detail
