#include <fibers/detail/reception.hpp>

#include <fibers/detail/parking.hpp>
#include <fibers/detail/worker.hpp>

#include <mutex>
#include <new>
#include <utility>

namespace fibers::detail {

void reception::open(worker& host) noexcept {
    const std::lock_guard guard{lock_};
    host_ = &host;
}

void reception::close() noexcept {
    agent_list refused;
    {
        const std::lock_guard guard{lock_};
        host_ = nullptr;
        visit* next = first_.exchange(nullptr);
        while (next) {
            visit& v = *std::exchange(next, next->next_);
            v.state_ = visit::progress::refused;
            if (v.caller_->claim(outcome::woken))
                refused.push_back(*v.caller_);
        }
    }
    refused.schedule_all();
}

void reception::receive() noexcept {
    while (visit* const next = take()) {
        next->pay(*host_); // which only this thread sets
        conclude(*next);
    }
}

visit* reception::take() noexcept {
    const std::lock_guard guard{lock_};
    visit* const next = first_.load(std::memory_order_relaxed);
    if (next) {
        first_.store(next->next_, std::memory_order_relaxed);
        next->state_ = visit::progress::paid;
    }
    return next;
}

void reception::conclude(visit& v) noexcept {
    agent* waiting = nullptr;
    {
        const std::lock_guard guard{lock_};
        v.state_ = visit::progress::done;
        if (v.caller_->claim(outcome::woken))
            waiting = v.caller_;
    }
    if (waiting)
        schedule(*waiting);
}

bool reception::pay_here(visit& v) noexcept try {
    this_worker->call_on_scratch([&] { v.pay(*this_worker); });
    return true;
} catch (const std::bad_alloc&) {
    return false; // there is no stack to do it on
}

bool reception::call_on(visit& v, time_point deadline) noexcept {
    v.state_ = visit::progress::waiting;
    v.caller_ = nullptr;
    if (this_worker && &this_worker->visitors() == this)
        return pay_here(v);
    parking self{"a worker's answer", this};
    self.begin(interruption::ignored);
    if (!enter(v, self.who())) {
        self.cancel();
        return false;
    }
    if (self.commit(deadline) != outcome::woken) {
        if (withdraw(v))
            return false;
        await_end(v);
    }
    return v.state_ == visit::progress::done; // nobody else touches it any more
}

bool reception::enter(visit& v, agent& caller) noexcept {
    const std::lock_guard guard{lock_};
    if (!host_)
        return false;
    v.caller_ = &caller;
    v.next_ = first_.load(std::memory_order_relaxed);
    first_.store(&v, std::memory_order_seq_cst);
    host_->interrupt(); // under the lock, so that it is still there
    return true;
}

/// False: the worker is at it, or it is over.
bool reception::withdraw(visit& v) noexcept {
    const std::lock_guard guard{lock_};
    if (v.state_ != visit::progress::waiting)
        return v.state_ == visit::progress::refused;
    visit* before = first_.load(std::memory_order_relaxed);
    if (before == &v) {
        first_.store(v.next_, std::memory_order_relaxed);
    } else {
        while (before->next_ != &v)
            before = before->next_;
        before->next_ = v.next_;
    }
    return true;
}

void reception::await_end(visit& v) noexcept {
    parking self{"a worker's answer", this};
    self.begin(interruption::ignored);
    bool over = false;
    {
        const std::lock_guard guard{lock_};
        over = v.state_ == visit::progress::done;
        v.caller_ = &self.who();
    }
    if (over)
        self.cancel();
    else
        self.commit();
}

} // namespace fibers::detail
