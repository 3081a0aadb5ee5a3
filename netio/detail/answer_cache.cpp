#include <netio/detail/answer_cache.hpp>

#include <fibers/now.hpp>

#include <mutex>
#include <utility>

namespace netio::detail {

answer_cache::answer answer_cache::get(const std::string& key,
                                       const std::function<name_answer()>& ask) {
    for (;;) {
        std::unique_lock guard{lock_};
        if (answer known = find(key))
            return known;
        const auto [place, is_first] = flights_.try_emplace(key);
        if (is_first)
            place->second = std::make_shared<flight>();
        const std::shared_ptr<flight> mine = place->second;
        guard.unlock();

        if (!is_first) {
            mine->landed.wait();
            if (mine->result)
                return mine->result;
            continue;
        }
        // Also where asking is given up.
        struct landing {
            answer_cache& cache;
            const std::string& key;
            flight& mine;
            ~landing() {
                {
                    const std::lock_guard again{cache.lock_};
                    cache.flights_.erase(key);
                }
                mine.landed.set();
            }
        } const at_the_end{*this, key, *mine};
        answer result = std::make_shared<const name_answer>(ask());
        guard.lock();
        keep(key, result);
        guard.unlock();
        mine->result = result;
        return result;
    }
}

answer_cache::answer answer_cache::find(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end())
        return nullptr;
    const entries::iterator its = found->second;
    if (fibers::now() >= its->valid_until) {
        by_key_.erase(found);
        entries_.erase(its);
        return nullptr;
    }
    entries_.splice(entries_.begin(), entries_, its);
    return its->known;
}

void answer_cache::keep(const std::string& key, const answer& known) {
    if (capacity_ == 0 || known->ttl <= known->ttl.zero())
        return;
    if (entries_.size() == capacity_) {
        by_key_.erase(entries_.back().key);
        entries_.pop_back();
    }
    entries_.push_front({key, known, fibers::now() + known->ttl});
    by_key_[key] = entries_.begin();
}

} // namespace netio::detail
