#pragma once

#include <apps/tcp_proxy/options.hpp>

#include <atomic>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

/// One of those that connections are forwarded to.
class backend {
  public:
    explicit backend(std::string address) : address_{std::move(address)} {}

    const std::string& address() const noexcept { return address_; }
    bool is_up() const noexcept { return up_.load(std::memory_order_relaxed); }

    /// What the last attempt to connect has shown. A line tells where that is new.
    void note_success();
    void note_failure(const std::string& why);

    /// A connection that it has, for the time of its life.
    class use {
      public:
        explicit use(backend& used) noexcept : used_{&used} { ++used_->connections_; }
        use(use&& other) noexcept : used_{std::exchange(other.used_, nullptr)} {}
        use& operator=(use&&) = delete;
        ~use() {
            if (used_)
                --used_->connections_;
        }

      private:
        backend* used_;
    };
    std::size_t connections() const noexcept { return connections_; }

  private:
    const std::string address_;
    std::atomic<bool> up_{true};
    std::atomic<std::size_t> connections_{0};
};

/// All of them, and which is next.
class backends {
  public:
    backends(const std::vector<std::string>& addresses, balance policy);

    /// The next that is none of those tried, by the policy; one that is down only where no other is left.
    /// Null: all have been tried.
    backend* next(const std::vector<backend*>& tried);

    auto begin() noexcept { return all_.begin(); }
    auto end() noexcept { return all_.end(); }

  private:
    std::vector<backend*> untried(const std::vector<backend*>& tried, bool up);

    const balance policy_;
    std::deque<backend> all_; // they stay where they are
    std::atomic<std::size_t> turn_{0};
};
