#include <apps/echo_load/window.hpp>

#include <algorithm>
#include <mutex>
#include <stdexcept>

using clock_type = std::chrono::steady_clock;

std::size_t window::open(std::uint64_t most) {
    std::unique_lock lock{mutex_};
    received_some_.wait(lock, [this] { return under_way() < sent_at_.size(); });
    const std::size_t room = sent_at_.size() - under_way();
    const std::size_t count = most < room ? static_cast<std::size_t>(most) : room;
    const auto now = clock_type::now();
    for (std::size_t i = 0; i < count; ++i)
        sent_at_[sent_++ % sent_at_.size()] = now;
    return count;
}

void window::close(std::size_t count, latencies& latencies) {
    const std::scoped_lock lock{mutex_};
    if (count > under_way())
        throw std::runtime_error{"more came back than was sent"};
    const auto now = clock_type::now();
    for (std::size_t i = 0; i < count; ++i)
        latencies.record(now - sent_at_[received_++ % sent_at_.size()]);
    received_some_.notify_one();
}

void window::finish() {
    std::unique_lock lock{mutex_};
    received_some_.wait(lock, [this] { return under_way() == 0; });
    finished_ = true;
}

bool window::finished() const {
    const std::scoped_lock lock{mutex_};
    return finished_;
}
