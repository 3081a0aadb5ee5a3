#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <concepts>
#include <mutex>

namespace fibers::detail {

/// Those who wait for something, and the lock that guards it: what a sync type is made of.
///
///     outcome how = room_.wait([&] { return open_; }, "a gate", interruption::honoured, never);
///     …
///     { std::lock_guard guard{room_}; open_ = true; room_.claim_all(claimed); }
///     claimed.schedule_all();
///
/// It may be destroyed as soon as all who wait have been claimed by claim_first() or claim_all().
class waiting_room {
  public:
    constexpr waiting_room() noexcept = default;
    ~waiting_room();
    waiting_room(const waiting_room&) = delete;
    waiting_room& operator=(const waiting_room&) = delete;

    /// Nothing that parks may happen under the lock.
    void lock() noexcept { lock_.lock(); }
    void unlock() noexcept { lock_.unlock(); }

    /// Parks the caller until it is claimed, a deadline or a stop; or not at all where `come()`,
    /// which is called under the lock, says that what is waited for is there.
    template <std::predicate Come>
    outcome wait(Come come, const char* what, interruption mode, time_point deadline) {
        parking self{what, this};
        wait_node node{self.who()};
        if (!self.begin(mode))
            return outcome::stopped;
        bool has_come = false;
        {
            const std::lock_guard guard{lock_};
            has_come = come();
            if (!has_come)
                queue_.push_back(node);
        }
        if (!has_come)
            return finish(self, node, deadline);
        self.cancel();
        return outcome::woken;
    }

    /// The same for who waits in any case, and gives up `held` once a waker can find it; that is locked
    /// again in the end; unless a stop was there before, when it was never given up. Unlocking must not park.
    template <class Lockable>
    outcome wait_without(Lockable& held, const char* what, interruption mode, time_point deadline) {
        parking self{what, this};
        wait_node node{self.who()};
        if (!self.begin(mode))
            return outcome::stopped;
        {
            const std::lock_guard guard{lock_};
            queue_.push_back(node);
        }
        held.unlock();
        const outcome how = finish(self, node, deadline);
        held.lock();
        return how;
    }

    /// Under the lock. The caller schedules whom it gets, after the unlock. Null: nobody waits.
    agent* claim_first() noexcept {
        const wait_node* const first = queue_.claim_first();
        return first ? &first->who() : nullptr;
    }

    /// The same with all.
    void claim_all(agent_list& claimed) noexcept { queue_.claim_all(claimed); }

  private:
    outcome finish(parking& self, wait_node& node, time_point deadline) noexcept {
        const outcome how = self.commit(deadline);
        if (how != outcome::woken) {
            const std::lock_guard guard{lock_};
            queue_.leave(node);
        }
        return how;
    }

    short_lock lock_; // guards the queue and what is waited for
    wait_queue queue_;
};

} // namespace fibers::detail
