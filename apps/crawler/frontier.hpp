#pragma once

#include <apps/crawler/concurrency.hpp>
#include <apps/crawler/url.hpp>

#include <cstddef>
#include <deque>
#include <optional>
#include <unordered_set>
#include <vector>

/// The pages that are known and not fetched yet. The crawl is over when there are none and nobody
/// who could find more is at work.
///
/// *May be used by* all threads at once.
class frontier {
  public:
    explicit frontier(const url& start);

    /// The next page, which is fetched by nobody else. Blocks until there is one; nothing when the
    /// crawl is over. finish() must follow.
    std::optional<url> next();

    /// The page that next() has given has been dealt with, and had these links.
    void finish(const std::vector<url>& links);

    /// Nobody gets any more pages.
    void stop();

    std::size_t waiting() const;

  private:
    bool over() const noexcept { return stopped_ || (waiting_.empty() && at_work_ == 0); }

    mutable conc::mutex mutex_; // guards the rest
    conc::condition_variable changed_;
    std::deque<url> waiting_;
    std::unordered_set<url> seen_;
    std::size_t at_work_ = 0;
    bool stopped_ = false;
};
