#pragma once

#include <netio/detail/name_answer.hpp>
#include <netio/detail/resolv_conf.hpp>
#include <netio/detail/resolver_exchange.hpp>
#include <netio/dns_record.hpp>

#include <fibers/sync/mutex.hpp>
#include <fibers/sync/semaphore.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace netio::detail {

/// Asks one server after the other, as often as the rules say, until one knows.
///
/// | a server's reply                    | what happens                                         |
/// |-------------------------------------|------------------------------------------------------|
/// | records, no such name, no such data | that is the answer                                   |
/// | a failure, or none in time          | the next server is asked; after the last, the first  |
/// |                                     | again, which then has twice the time                 |
///
/// *May be used by* any number of fibers and plain threads at once, of which so many get their turn
/// together as there may be questions under way.
class server_round {
  public:
    explicit server_round(std::size_t questions_at_once)
        : free_places_{static_cast<std::ptrdiff_t>(questions_at_once)} {}

    /// The records of several types that a name has. Where one type has some, what became of the
    /// others does not count.
    /// *Suspends until* it is known, at most for the time that the rules give.
    /// *Fails with* std::errc::timed_out (ambient deadline), operation_canceled (stop).
    name_answer ask(const resolv_conf& rules, const std::string& name,
                    std::span<const record_type> types);

  private:
    class place;

    fibers::counting_semaphore<> free_places_;
    fibers::mutex lock_;                                   // of what follows
    std::vector<std::unique_ptr<resolver_exchange>> idle_; // has room for all that were made
    std::size_t made_ = 0;
    std::atomic<std::size_t> first_{0}; // whom to ask first, where that rotates
};

} // namespace netio::detail
