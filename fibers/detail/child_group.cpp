#include <fibers/detail/child_group.hpp>

#include <fibers/detail/current_fiber.hpp>

#include <mutex>
#include <system_error>
#include <utility>

namespace fibers::detail {

namespace {

bool caused_by_stop(const fiber_record& fiber, const std::exception_ptr& failure) noexcept {
    if (!fiber.stop_requested())
        return false;
    try {
        std::rethrow_exception(failure);
    } catch (const std::system_error& error) {
        return error.code() == std::errc::operation_canceled;
    } catch (...) {
        return false;
    }
}

} // namespace

void child_group::add(child_record& child) noexcept {
    const std::lock_guard guard{lock_};
    child.next_ = first_;
    if (first_)
        first_->previous_ = &child;
    first_ = &child;
    ++size_;
    if (stopping_)
        child.request_stop(); // it does not run yet, so there is no wait to end
}

std::size_t child_group::size() const noexcept {
    const std::lock_guard guard{lock_};
    return size_;
}

bool child_group::has_caller() const noexcept {
    const auto* const caller = dynamic_cast<const child_record*>(current_fiber);
    return caller && &caller->group_ == this;
}

void child_group::remove(child_record& child) noexcept {
    agent* claimed = nullptr;
    {
        const std::lock_guard guard{lock_};
        (child.previous_ ? child.previous_->next_ : first_) = child.next_;
        if (child.next_)
            child.next_->previous_ = child.previous_;
        if (--size_ == 0 && waiting_ && waiting_->claim(outcome::woken))
            claimed = waiting_;
    }
    if (claimed)
        schedule(*claimed);
}

void child_group::request_stop() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{lock_};
        stopping_ = true;
        for (child_record* child = first_; child; child = child->next_)
            if (child->request_stop())
                claimed.push_back(*child);
    }
    claimed.schedule_all();
}

outcome child_group::await_all(interruption mode) noexcept {
    parking self{"the fibers of a scope", this};
    if (!self.begin(mode))
        return outcome::stopped;
    {
        const std::lock_guard guard{lock_};
        if (size_ != 0)
            waiting_ = &self.who();
    }
    if (!waiting_) {
        self.cancel();
        return outcome::woken;
    }
    const outcome how = self.commit();
    const std::lock_guard guard{lock_};
    waiting_ = nullptr;
    return how;
}

outcome child_group::await_all() noexcept {
    const outcome how = await_all(interruption::honoured);
    if (how != outcome::woken) {
        request_stop();
        await_all(interruption::ignored);
    }
    return how;
}

std::exception_ptr child_group::take_failure() noexcept {
    const std::lock_guard guard{lock_};
    return std::exchange(failure_, nullptr);
}

void child_group::note_failure(const child_record& child, std::exception_ptr why) noexcept {
    if (!failure_matters_ || caused_by_stop(child, why))
        return;
    {
        const std::lock_guard guard{lock_};
        if (!failure_)
            failure_ = std::move(why);
    }
    request_stop();
}

} // namespace fibers::detail
