#pragma once

#include <netio/detail/name_answer.hpp>

#include <fibers/sync/event.hpp>
#include <fibers/sync/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace netio::detail {

/// Keeps answers for as long as they may be kept, the latest used first, and sees to it that of those
/// who want to know the same at the same time only one asks.
///
/// *May be used by* any number of fibers and plain threads at once.
class answer_cache {
  public:
    /// Keeps at most so many.
    explicit answer_cache(std::size_t capacity) noexcept : capacity_{capacity} {}

    using answer = std::shared_ptr<const name_answer>;

    /// The answer to the question that `key` stands for: a kept one, the one that somebody else is
    /// asking for, or what `ask()` gives.
    /// *Suspends until* there is one. If who is asking gives up, another of those who wait asks.
    /// *Fails with* std::errc::timed_out (ambient deadline), operation_canceled (stop), and as `ask()`
    /// does.
    answer get(const std::string& key, const std::function<name_answer()>& ask);

  private:
    using time_point = std::chrono::steady_clock::time_point;

    struct entry {
        std::string key;
        answer known;
        time_point valid_until;
    };
    using entries = std::list<entry>;

    /// One who asks, and those who wait for it.
    struct flight {
        fibers::manual_reset_event landed;
        answer result; // null: who asked has given up
    };

    answer find(const std::string& key);
    void keep(const std::string& key, const answer&);

    const std::size_t capacity_;
    fibers::mutex lock_; // of what follows
    entries entries_;    // the latest used first
    std::unordered_map<std::string, entries::iterator> by_key_;
    std::unordered_map<std::string, std::shared_ptr<flight>> flights_;
};

} // namespace netio::detail
