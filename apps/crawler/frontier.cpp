#include <apps/crawler/frontier.hpp>

frontier::frontier(const url& start) : waiting_{start}, seen_{start} {}

std::optional<url> frontier::next() {
    conc::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !waiting_.empty() || over(); });
    if (over())
        return std::nullopt;
    const url found = waiting_.front();
    waiting_.pop_front();
    ++at_work_;
    return found;
}

void frontier::finish(const std::vector<url>& links) {
    std::size_t added = 0;
    bool is_over = false;
    {
        const conc::lock_guard lock{mutex_};
        for (const url& link : links)
            if (seen_.insert(link).second) {
                waiting_.push_back(link);
                ++added;
            }
        --at_work_;
        is_over = over();
    }
    if (is_over)
        changed_.notify_all();
    for (; added > 0; --added)
        changed_.notify_one();
}

void frontier::stop() {
    {
        const conc::lock_guard lock{mutex_};
        stopped_ = true;
    }
    changed_.notify_all();
}

std::size_t frontier::waiting() const {
    const conc::lock_guard lock{mutex_};
    return waiting_.size();
}
