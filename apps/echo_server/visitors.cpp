#include <apps/echo_server/visitors.hpp>

#include <mutex>

void visitors::wait_for_room() {
    std::unique_lock lock{mutex_};
    left_.wait(lock, [this] { return limit_ == 0 || present_ < limit_; });
}

visitors::visit visitors::enter() {
    const std::scoped_lock lock{mutex_};
    ++present_;
    ++totals_.connections;
    return visit{*this};
}

void visitors::leave(std::uint64_t bytes) noexcept {
    const std::scoped_lock lock{mutex_};
    --present_;
    totals_.bytes += bytes;
    left_.notify_one();
}

std::size_t visitors::present() const {
    const std::scoped_lock lock{mutex_};
    return present_;
}

visitors::totals visitors::so_far() const {
    const std::scoped_lock lock{mutex_};
    return totals_;
}
