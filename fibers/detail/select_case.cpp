#include <fibers/detail/select_case.hpp>

#include <fibers/detail/eventfd_of_thread.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/this_agent.hpp>

#include <poll.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <system_error>
#include <utility>

namespace fibers::detail {

namespace {

using case_list = std::span<select_case*>;

/// Fisher–Yates. A start drawn by lot would not do: who comes after one that is rarely possible
/// would inherit its turns.
void shuffle(case_list cases) noexcept {
    for (std::size_t left = cases.size(); left > 1; --left) {
        const auto drawn = static_cast<std::size_t>(std::uint64_t{draw_lot()} * left >> 32);
        std::swap(cases[left - 1], cases[drawn]);
    }
}

/// A descriptor, where that is among what is waited for.
awaited kind_of(case_list cases) noexcept {
    for (const select_case* const each : cases)
        if (each->kind() == awaited::descriptor)
            return awaited::descriptor;
    return awaited::somebody;
}

/// One wait for several cases.
class waiting_for_one {
  public:
    explicit waiting_for_one(case_list cases) : cases_(cases) {
        if (!self_.fiber())
            watch_descriptors();
    }
    ~waiting_for_one() { leave_all(); }
    waiting_for_one(const waiting_for_one&) = delete;
    waiting_for_one& operator=(const waiting_for_one&) = delete;

    /// Null: all must be attempted again.
    select_case* wait() {
        if (!self_.begin(interruption::honoured))
            throw_unless_woken(outcome::stopped, where);
        const entry last = enter_all();
        if (last == entry::done)
            return cases_[entered_];
        if (last == entry::missed)
            return nullptr;
        const outcome how = commit(); // where it has been claimed already: that must be waited for
        select_case* const chosen = leave_all();
        if (how != outcome::timed_out)
            throw_unless_woken(how, where);
        return chosen;
    }

  private:
    static constexpr const char* where = "fibers::select";

    void watch_descriptors() {
        watched_.emplace_back();
        for (const select_case* const each : cases_)
            each->watch(watched_);
        if (watched_.size() == 1)
            return;
        if (const std::error_code failed = wake_fd_.open(self_.who()))
            throw std::system_error(failed, where);
        watched_.front() = wake_fd_.to_poll();
    }

    entry enter_all() {
        for (entry last = entry::waiting; entered_ < cases_.size(); ++entered_) {
            last = cases_[entered_]->enter(self_.who());
            if (last != entry::waiting)
                return last;
        }
        return entry::waiting;
    }

    outcome commit() noexcept {
        time_point deadline = never;
        for (select_case* const each : cases_)
            deadline = std::min(deadline, each->deadline());
        if (watched_.size() > 1)
            return self_.commit_polling(watched_, deadline);
        return self_.commit(deadline);
    }

    select_case* leave_all() noexcept {
        select_case* chosen = nullptr;
        for (select_case* const each : cases_.first(std::exchange(entered_, 0)))
            if (each->leave())
                chosen = each;
        return chosen;
    }

    const case_list cases_;
    parking self_{"one of several things", nullptr, kind_of(cases_)};
    std::size_t entered_ = 0; // so many have left word
    eventfd_of_thread wake_fd_;
    std::vector<pollfd> watched_; // empty for a fiber
};

} // namespace

select_case* select_among(case_list cases, bool may_wait) {
    shuffle(cases);
    for (;;) {
        for (select_case* const each : cases)
            if (each->attempt()) {
                if (may_wait)
                    take_turns();
                return each;
            }
        if (!may_wait)
            return nullptr;
        if (select_case* const chosen = waiting_for_one{cases}.wait())
            return chosen;
    }
}

} // namespace fibers::detail
