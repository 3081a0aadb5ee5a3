#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/select_entry.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/direction.hpp>
#include <fibers/solo_atomic.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>
#include <system_error>

struct pollfd;

namespace fibers::detail {

class parking;
class poller;

/// What an event says of a descriptor.
struct fd_event {
    bool readable, writable;          // for now
    bool read_hung_up, write_hung_up; // for ever
};

/// The engine's side of readiness, which says what the functions do. For each direction:
///
/// | ready, waiters | meaning                         | leaves by                                    |
/// |----------------|---------------------------------|----------------------------------------------|
/// | yes, none      | an operation may succeed        | wait takes it → no, none                     |
/// | no, none       | nothing is known to be there    | edge, still_ready → yes; wait → no, some     |
/// | no, some       | they are parked                 | edge, still_ready: the first goes on, and    |
/// |                |                                 | ready stays no; timeout, stop: that one goes |
/// | for ever       | hung up: every wait returns     | –                                            |
/// | shut           | every wait fails                | –                                            |
class fd_state {
  public:
    explicit fd_state(int native_handle) noexcept;
    /// Nobody may be waiting.
    ~fd_state();
    fd_state(const fd_state&) = delete;
    fd_state& operator=(const fd_state&) = delete;

    int native_handle() const noexcept { return native_handle_; }

    std::error_code wait(direction);
    void still_ready(direction d) noexcept {
        make_known(of(d), d == direction::read ? known::more : known::event);
    }
    void shut() noexcept;

    // For a select, which says what the functions do.

    /// Takes the readiness, if it is known; sees to it that it will be.
    bool try_take(direction, std::error_code&) noexcept;
    entry enter_or_take(direction, wait_node&) noexcept;
    void leave(direction d, wait_node& node) noexcept { leave(of(d), node); }
    /// Whether it is ready indeed, or over.
    bool confirm(direction) const noexcept;
    /// What has been taken is known again.
    void give_back(direction d) noexcept { make_known(of(d), known::event); }
    /// What a plain thread asks poll(2).
    pollfd to_poll(direction) const noexcept;

  private:
    friend class poller;

    enum class known : std::uint8_t {
        nothing,
        event, // or that it is new; or what still_ready() says of writing
        more   // what it says of reading
    };

    struct side {
        [[no_unique_address]] wait_queue waiters; // guarded by lock_
        // Who sets `ready` looks at `waiting` then, and the other way round. Both exchange `ready`, and
        // the one that comes second sees what the other did before; a select, which must not take it
        // yet, stores and looks seq_cst.
        solo_atomic<known> ready{known::event};
        std::atomic<bool> waiting{false};  // waiters is not empty
        std::atomic<bool> for_ever{false}; // hung up: ready whatever is taken
    };

    side& of(direction d) noexcept { return sides_[static_cast<unsigned>(d)]; }
    bool ready_now(direction) const noexcept;

    std::error_code wait_for_edge(direction);
    std::error_code wait_as_thread(parking&, direction);
    template <std::invocable Commit>
    std::error_code wait_parked(parking&, direction, Commit);
    void make_known(side&, known) noexcept;
    /// No wait waits any more.
    bool is_over(const side&) const noexcept;
    bool can_take(const side&) const noexcept;
    /// False: nothing was known to be there.
    bool take(side&) noexcept;
    bool enter(side&, wait_node&) noexcept;
    void leave(side&, wait_node&) noexcept;
    std::error_code ensure_registered() noexcept;
    void deregister() noexcept;
    void forget_poller() noexcept;

    /// Hands readiness to one waiter, which must then be scheduled, or keeps it.
    agent* make_ready(side&) noexcept;
    void make_ready_for_ever(side&, agent_list& claimed) noexcept;

    void on_event(fd_event, agent_list& claimed) noexcept;
    void note(side&, bool ready, bool hung_up, agent_list& claimed) noexcept;
    /// No event will come from where it is registered.
    void lose_poller(agent_list& claimed) noexcept;

    // There are as many of these as connections, so they lie close.
    side sides_[2];
    std::atomic<poller*> poller_ = nullptr; // retained; null: not registered. Written under
    short_lock registration_lock_;          // this, which guards the slot, too
    short_lock lock_;
    std::atomic<bool> shut_{false};
    std::uint32_t poller_slot_ = 0;
    const int native_handle_;
};

} // namespace fibers::detail
