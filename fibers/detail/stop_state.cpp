#include <fibers/detail/stop_state.hpp>

#include <fibers/detail/this_agent.hpp>

#include <mutex>

namespace fibers::detail {

bool stop_state::request_stop() noexcept {
    // Before the lock is taken: who adds a listener under the lock either sees the request, or is
    // seen here.
    if (word_.fetch_or(request, std::memory_order_acq_rel) & request)
        return false;
    requester_ = current_identity();
    for (;;) {
        stop_listener* next = nullptr;
        agent_list waited_for_previous;
        {
            const std::lock_guard guard{room_};
            next = told_ = take_first();
            room_.claim_all(waited_for_previous);
        }
        waited_for_previous.schedule_all();
        if (!next)
            return true;
        next->on_stop();
    }
}

bool stop_state::add(stop_listener& listener) noexcept {
    {
        const std::lock_guard guard{room_};
        if (!stop_possible())
            return false;
        if (!stop_requested()) {
            listener.next_ = first_;
            listener.link_ = &first_;
            if (first_)
                first_->link_ = &listener.next_;
            first_ = &listener;
            return true;
        }
    }
    listener.on_stop();
    return false;
}

void stop_state::remove(stop_listener& listener) noexcept {
    {
        const std::lock_guard guard{room_};
        if (listener.link_)
            return unlink(listener);
        if (told_ != &listener || requester_ == current_identity())
            return;
    }
    room_.wait([&] { return told_ != &listener; }, "the end of a stop_callback",
               interruption::ignored, never);
}

stop_listener* stop_state::take_first() noexcept {
    stop_listener* const first = first_;
    if (first)
        unlink(*first);
    return first;
}

void stop_state::unlink(stop_listener& listener) noexcept {
    *listener.link_ = listener.next_;
    if (listener.next_)
        listener.next_->link_ = listener.link_;
    listener.link_ = nullptr;
}

} // namespace fibers::detail
