#pragma once

#include <apps/crawler/concurrency.hpp>
#include <apps/crawler/frontier.hpp>
#include <apps/crawler/tally.hpp>

/// Tells once a second on stderr how far the crawl is, until it is destroyed.
class progress {
  public:
    explicit progress(const frontier&);

    /// *May be called by* all threads at once.
    void add(const tally&);

  private:
    void report(conc::stop_token);

    const frontier& frontier_;
    conc::shared_mutex mutex_;
    tally so_far_; // guarded by mutex_
    conc::mutex pause_mutex_;
    conc::condition_variable_any pause_; // that only a stop ends early
    conc::jthread reporter_;             // last, so that it ends first
};
