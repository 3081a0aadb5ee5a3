#pragma once

#include <cstddef>
#include <iterator>
#include <system_error>
#include <utility>

namespace netio {

/// The connections of a listener as they come: an input range of `Connection`, each of which can be moved
/// from once. It ends when the listener is closed or the fiber is asked to stop; any other failure is
/// thrown, as the listener's accept() does.
template <class Listener, class Connection>
class incoming_range {
  public:
    class iterator {
      public:
        using value_type = Connection;
        using difference_type = std::ptrdiff_t;

        explicit iterator(Listener& listener) : listener_{&listener} { ++*this; }

        Connection&& operator*() const noexcept { return std::move(current_); }
        iterator& operator++() {
            try {
                current_ = listener_->accept();
            } catch (const std::system_error& failure) {
                if (failure.code() != std::errc::bad_file_descriptor &&
                    failure.code() != std::errc::operation_canceled)
                    throw;
                listener_ = nullptr;
            }
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(std::default_sentinel_t) const noexcept { return listener_ == nullptr; }

      private:
        Listener* listener_; // null at the end
        mutable Connection current_;
    };

    explicit incoming_range(Listener& listener) noexcept : listener_{&listener} {}

    iterator begin() const { return iterator{*listener_}; }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    Listener* listener_;
};

} // namespace netio
