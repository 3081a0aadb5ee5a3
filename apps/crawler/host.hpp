#pragma once

#include <apps/crawler/concurrency.hpp>
#include <apps/crawler/web.hpp>

#include <cstddef>
#include <optional>

/// What a crawler owes to each host: to ask for robots.txt first, once, and to have only a few
/// requests under way at a time.
///
/// *May be used by* all threads at once.
class host {
  public:
    host(const web& from, std::size_t number, std::ptrdiff_t connections)
        : web_{from}, number_{number}, connections_{connections} {}

    /// Blocks until it is this request's turn and the answer is there. Nothing where the host does
    /// not want the page to be fetched.
    std::optional<response> get(std::size_t page);

  private:
    bool allows(std::size_t page);

    const web& web_;
    const std::size_t number_;
    conc::counting_semaphore<> connections_;
    conc::once_flag robots_asked_for_;
    conc::shared_future<std::optional<std::size_t>> disallowed_;
};
