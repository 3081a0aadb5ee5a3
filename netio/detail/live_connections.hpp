#pragma once

#include <netio/detail/descriptor_closer.hpp>

#include <fibers/sync/mutex.hpp>

namespace netio::detail {

/// The connections whose handlers run at the moment, to close them all if need be.
class live_connections {
  public:
    /// One of them; lies on the stack of its fiber.
    class entry {
      public:
        entry(live_connections& all, descriptor* stream) noexcept;
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        ~entry();

      private:
        friend class live_connections;

        live_connections& all_;
        descriptor_closer closer_;
        entry* next_ = nullptr;
        entry* previous_ = nullptr;
    };

    /// Closes their streams, wherever the handlers have put them, and those of all that come later.
    void close_all() noexcept;

  private:
    fibers::mutex mutex_; // guards what is below
    entry* first_ = nullptr;
    bool closed_ = false;
};

} // namespace netio::detail
