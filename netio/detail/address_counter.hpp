#pragma once

#include <netio/ip_address.hpp>

#include <fibers/sync/mutex.hpp>

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace netio::detail {

/// Counts the connections of each address, up to a limit.
class address_counter {
    using counts = std::unordered_map<ip_address, std::size_t>;

  public:
    /// One connection of an address, or none; gives its place back in the end.
    class place {
      public:
        place() noexcept = default;
        place(place&& other) noexcept
            : of_{std::exchange(other.of_, nullptr)}, count_{other.count_} {}
        place& operator=(place&&) = delete;
        ~place() {
            if (of_)
                of_->leave(*count_);
        }

        explicit operator bool() const noexcept { return of_; }

      private:
        friend class address_counter;

        place(address_counter& of, counts::value_type& count) noexcept : of_{&of}, count_{&count} {}

        address_counter* of_ = nullptr;
        counts::value_type* count_ = nullptr;
    };

    explicit address_counter(std::size_t limit) noexcept : limit_{limit} {}

    /// None: the address has as many as it may. Of IPv6 the first 64 bits count, for who has one address
    /// has 2^64.
    place enter(const ip_address&);

  private:
    void leave(counts::value_type&) noexcept;

    const std::size_t limit_;
    fibers::mutex mutex_;
    counts counts_; // of those that have a connection
};

} // namespace netio::detail
