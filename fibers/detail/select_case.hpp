#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/select_entry.hpp>

#include <functional>
#include <span>
#include <vector>

struct pollfd;

namespace fibers::detail {

class agent;

/// One of the things that select() chooses from.
///
/// Some take something away when they come about: a value, the readiness of a descriptor. Such a
/// case acts under the lock of its object, and either on behalf of an agent that does not wait, or after
/// that agent has been claimed through this case. So of all cases exactly one acts.
class select_case {
  public:
    select_case() noexcept = default;
    select_case(const select_case&) = delete;
    select_case& operator=(const select_case&) = delete;

    /// Does it, if that is possible at once. Never parks.
    virtual bool attempt() = 0;

    /// While `who` is about to park: attempts it again, and leaves word where that is not possible. Only when
    /// it has claimed `who` may it throw.
    virtual entry enter(agent& who) = 0;

    /// After the wait, and only if enter() has said `waiting`: takes back what it has left. True: the
    /// agent was claimed through this case, and it is done.
    virtual bool leave() noexcept = 0;

    /// When to attempt it again even if nobody has claimed the agent.
    virtual time_point deadline() noexcept { return never; }

    /// Who may make it possible.
    virtual awaited kind() const noexcept { return awaited::somebody; }

    /// For a plain thread: when to attempt it again by what poll(2) says.
    virtual void watch(std::vector<pollfd>&) const {}

  protected:
    ~select_case() = default;
};

/// What is chosen when nothing else is possible.
class otherwise_case : public select_case {
  public:
    bool attempt() override { return false; }
    entry enter(agent&) override { return entry::waiting; }
    bool leave() noexcept override { return false; }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }
};

/// Does one of the cases, by lot among those that are possible, and returns it. Null: none is, and it
/// may not wait. Throws std::system_error when the wait is interrupted, and what a case throws. Puts the cases in
/// another order.
select_case* select_among(std::span<select_case*> cases, bool may_wait);

} // namespace fibers::detail
