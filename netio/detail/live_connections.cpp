#include <netio/detail/live_connections.hpp>

#include <mutex>

namespace netio::detail {

live_connections::entry::entry(live_connections& all, descriptor* stream) noexcept
    : all_{all}, closer_{stream} {
    const std::scoped_lock lock{all_.mutex_};
    next_ = all_.first_;
    if (next_)
        next_->previous_ = this;
    all_.first_ = this;
    if (all_.closed_)
        closer_.close();
}

live_connections::entry::~entry() {
    const std::scoped_lock lock{all_.mutex_};
    (previous_ ? previous_->next_ : all_.first_) = next_;
    if (next_)
        next_->previous_ = previous_;
}

void live_connections::close_all() noexcept {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
    for (entry* each = first_; each; each = each->next_)
        each->closer_.close();
}

} // namespace netio::detail
