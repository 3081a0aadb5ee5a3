#include <fibers/detail/fd_state.hpp>

#include <fibers/detail/eventfd_of_thread.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/worker.hpp>

#include <poll.h>

#include <array>
#include <mutex>

namespace fibers::detail {

namespace {

std::error_code shut_error() {
    return std::make_error_code(std::errc::bad_file_descriptor);
}

/// The fiber goes on without a wait: a look at what a wait would have seen, and others' turn. In this
/// order, as a deadline that passes only during their turn must not take what was there before it.
std::error_code take_a_break() noexcept {
    const std::error_code interrupted = to_error(impending_interruption());
    if (!interrupted)
        this_worker->yield();
    return interrupted;
}

} // namespace

fd_state::fd_state(int native_handle) noexcept : native_handle_(native_handle) {}

fd_state::~fd_state() {
    deregister();
}

std::error_code fd_state::wait(direction d) {
    side& s = of(d);
    if (shut_.load(std::memory_order_acquire))
        return shut_error();
    // A look first: an exchange locks the line, and in vain where the wait is the usual case. If it is
    // too early a look, enter() takes another.
    const known before = s.ready.load(std::memory_order_relaxed) == known::nothing
                             ? known::nothing
                             : s.ready.exchange(known::nothing, std::memory_order_seq_cst);
    if (before == known::nothing && !s.for_ever.load(std::memory_order_acquire))
        return wait_for_edge(d);
    if (!this_worker)
        return {};
    // Where the last read has filled its buffer, more has come in by the time the others have had
    // their turn, and the system is asked less often for the same bytes.
    if (!this_worker->out_of_budget() && before != known::more)
        return {};
    const std::error_code interrupted = take_a_break();
    if (interrupted)
        still_ready(d);
    return interrupted;
}

std::error_code fd_state::wait_for_edge(direction d) {
    parking self{d == direction::read ? "a descriptor to be readable"
                                      : "a descriptor to be writable",
                 this, awaited::descriptor};
    if (!self.fiber())
        return wait_as_thread(self, d);
    if (const std::error_code failed = ensure_registered())
        return failed;
    return wait_parked(self, d, [&self] { return self.commit(); });
}

/// Apart from the above, whose frame is on the stack of each connection that waits.
[[gnu::cold, gnu::noinline]] std::error_code fd_state::wait_as_thread(parking& self, direction d) {
    eventfd_of_thread wake_fd;
    if (const std::error_code failed = wake_fd.open(self.who()))
        return failed;
    return wait_parked(self, d, [&] {
        std::array watched{wake_fd.to_poll(), to_poll(d)};
        return self.commit_polling(watched);
    });
}

template <std::invocable Commit>
std::error_code fd_state::wait_parked(parking& self, direction d, Commit commit) {
    if (!self.begin(interruption::honoured))
        return to_error(outcome::stopped);
    side& s = of(d);
    wait_node node{self.who()};
    if (!enter(s, node)) {
        self.cancel();
        return shut_.load(std::memory_order_acquire) ? shut_error() : std::error_code{};
    }
    const outcome how = commit();
    // A thread may have seen the readiness itself, and then nobody has taken its node out.
    if (how != outcome::woken || !self.fiber())
        leave(s, node);
    if (how != outcome::woken)
        return to_error(how);
    return shut_.load(std::memory_order_acquire) ? shut_error() : std::error_code{};
}

bool fd_state::is_over(const side& s) const noexcept {
    return shut_.load(std::memory_order_acquire) || s.for_ever.load(std::memory_order_acquire);
}

bool fd_state::can_take(const side& s) const noexcept {
    return s.ready.load(std::memory_order_seq_cst) != known::nothing || is_over(s);
}

bool fd_state::take(side& s) noexcept {
    return s.ready.exchange(known::nothing, std::memory_order_seq_cst) != known::nothing ||
           is_over(s);
}

bool fd_state::try_take(direction d, std::error_code& failed) noexcept {
    side& s = of(d);
    if (can_take(s) && take(s))
        return true;
    if (this_worker) {
        failed = ensure_registered();
        return false;
    }
    return ready_now(d);
}

bool fd_state::confirm(direction d) const noexcept {
    return shut_.load(std::memory_order_acquire) || ready_now(d);
}

bool fd_state::ready_now(direction d) const noexcept {
    pollfd now = to_poll(d);
    return ::poll(&now, 1, 0) > 0;
}

pollfd fd_state::to_poll(direction d) const noexcept {
    return {native_handle_, static_cast<short>(d == direction::read ? POLLIN | POLLRDHUP : POLLOUT),
            0};
}

/// False: what the caller wants to wait for came before it could be seen.
bool fd_state::enter(side& s, wait_node& node) noexcept {
    const std::lock_guard guard{lock_};
    s.waiters.push_back(node);
    s.waiting.store(true, std::memory_order_relaxed); // the exchange makes it visible
    if (!take(s))
        return true;
    s.waiters.leave(node);
    s.waiting.store(!s.waiters.empty(), std::memory_order_relaxed);
    return false;
}

entry fd_state::enter_or_take(direction d, wait_node& node) noexcept {
    const std::lock_guard guard{lock_};
    side& s = of(d);
    s.waiters.push_back(node);
    s.waiting.store(true, std::memory_order_seq_cst);
    if (!can_take(s))
        return entry::waiting;
    s.waiters.leave(node);
    s.waiting.store(!s.waiters.empty(), std::memory_order_relaxed);
    if (!node.who().claim(outcome::woken))
        return entry::decided;
    return take(s) ? entry::done : entry::missed;
}

void fd_state::leave(side& s, wait_node& node) noexcept {
    const std::lock_guard guard{lock_};
    s.waiters.leave(node);
    s.waiting.store(!s.waiters.empty(), std::memory_order_relaxed);
}

// ---- making ready

agent* fd_state::make_ready(side& s) noexcept {
    const wait_node* const first = s.waiters.claim_first();
    s.waiting.store(!s.waiters.empty(), std::memory_order_relaxed);
    if (first)
        return &first->who();
    // Each event speaks of both directions, and mostly that one is known to be writable already.
    if (s.ready.load(std::memory_order_seq_cst) != known::event)
        s.ready.store(known::event, std::memory_order_seq_cst);
    return nullptr;
}

void fd_state::make_ready_for_ever(side& s, agent_list& claimed) noexcept {
    s.for_ever.store(true, std::memory_order_release);
    s.waiters.claim_all(claimed);
    s.waiting.store(false, std::memory_order_relaxed);
}

void fd_state::make_known(side& s, known what) noexcept {
    s.ready.exchange(what, std::memory_order_seq_cst);
    if (!s.waiting.load(std::memory_order_seq_cst))
        return;
    agent* first = nullptr;
    {
        const std::lock_guard guard{lock_};
        if (s.ready.exchange(known::nothing, std::memory_order_seq_cst) != known::nothing)
            first = make_ready(s);
    }
    if (first)
        schedule(*first);
}

void fd_state::on_event(fd_event event, agent_list& claimed) noexcept {
    const std::lock_guard guard{lock_};
    // The end of the stream comes once, perhaps together with the last data, and a read that takes
    // just the data must not make the next one wait.
    note(of(direction::read), event.readable, event.read_hung_up, claimed);
    note(of(direction::write), event.writable, event.write_hung_up, claimed);
}

void fd_state::lose_poller(agent_list& claimed) noexcept {
    const std::lock_guard guard{lock_};
    for (side& s : sides_) {
        s.waiters.claim_all(claimed); // they try again, and register elsewhere
        s.waiting.store(false, std::memory_order_relaxed);
        s.ready.store(known::event, std::memory_order_seq_cst);
    }
}

void fd_state::note(side& s, bool ready, bool hung_up, agent_list& claimed) noexcept {
    if (hung_up)
        make_ready_for_ever(s, claimed);
    else if (ready)
        if (agent* const first = make_ready(s))
            claimed.push_back(*first);
}

void fd_state::shut() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{lock_};
        shut_.store(true, std::memory_order_release);
        for (side& s : sides_) {
            s.waiters.claim_all(claimed);
            s.waiting.store(false, std::memory_order_relaxed);
        }
    }
    claimed.schedule_all();
    deregister();
}

// ---- registration

std::error_code fd_state::ensure_registered() noexcept {
    poller& here = this_worker->poller();
    if (poller_.load(std::memory_order_relaxed) == &here)
        return {};
    const std::lock_guard guard{registration_lock_};
    if (shut_.load(std::memory_order_acquire))
        return shut_error();
    if (poller* const elsewhere = poller_.load(std::memory_order_relaxed)) {
        if (!elsewhere->closed())
            return {};   // another worker sees to it
        forget_poller(); // its runtime has ended
    }
    const std::error_code failed = here.add(*this, native_handle_, poller_slot_);
    if (failed)
        return failed;
    here.retain();
    poller_.store(&here, std::memory_order_relaxed);
    return {};
}

void fd_state::deregister() noexcept {
    const std::lock_guard guard{registration_lock_};
    if (poller_.load(std::memory_order_relaxed))
        forget_poller();
}

void fd_state::forget_poller() noexcept {
    poller* const former = poller_.exchange(nullptr, std::memory_order_relaxed);
    former->remove(native_handle_, poller_slot_);
    former->release();
}

} // namespace fibers::detail
