#pragma once

#include <netio/ip_address.hpp>

#include <fibers/sync/mutex.hpp>

#include <cstddef>
#include <unordered_map>
#include <utility>

namespace netio::detail {

/// Counts the connections of each address, up to a limit.
class address_counter {
    struct count {
        address_counter& of;
        std::size_t connections = 0;
    };
    using counts = std::unordered_map<ip_address, count>;

  public:
    /// One connection of an address, or none; gives its place back in the end.
    class place {
      public:
        place() noexcept = default;
        place(place&& other) noexcept : entry_{std::exchange(other.entry_, nullptr)} {}
        place& operator=(place&&) = delete;
        ~place() {
            if (entry_)
                entry_->second.of.leave(*entry_);
        }

        explicit operator bool() const noexcept { return entry_; }

      private:
        friend class address_counter;

        explicit place(counts::value_type& entry) noexcept : entry_{&entry} {}

        // Stays where it is as long as it has connections.
        counts::value_type* entry_ = nullptr;
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
