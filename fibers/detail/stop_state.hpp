#pragma once

#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// What a stop_callback leaves in the stop_state, to be told of the stop.
class stop_listener {
  public:
    stop_listener() noexcept = default;
    stop_listener(const stop_listener&) = delete;
    stop_listener& operator=(const stop_listener&) = delete;

    virtual void on_stop() noexcept = 0;

  protected:
    ~stop_listener() = default;

  private:
    friend class stop_state;

    stop_listener* next_ = nullptr;
    stop_listener** link_ = nullptr; // what points here; null: not in the list
};

/// What stop_sources share with their tokens and callbacks.
///
/// | word              | meaning                            | leaves by                                   |
/// |-------------------|------------------------------------|---------------------------------------------|
/// | sources           | a stop may come                    | request_stop → both, the last source → 0    |
/// | 0                 | no source is left: none will come  | –                                           |
/// | sources + request | a stop has been requested          | –                                           |
class stop_state {
  public:
    /// With one source.
    stop_state() noexcept = default;

    bool stop_possible() const noexcept { return word_.load(std::memory_order_acquire) != 0; }

    bool stop_requested() const noexcept {
        return (word_.load(std::memory_order_acquire) & request) != 0; // pairs with request_stop()
    }

    void add_source() noexcept { word_.fetch_add(one_source, std::memory_order_relaxed); }
    void drop_source() noexcept { word_.fetch_sub(one_source, std::memory_order_release); }

    /// Tells the listeners, one after the other, and suspends where they do. False: somebody has
    /// requested it before.
    bool request_stop() noexcept;

    /// The listener will be told, until remove(). False: it has been told now, or no stop can come.
    bool add(stop_listener&) noexcept;

    /// After add() has returned true. Suspends until the listener is not being told any more; except
    /// when it is called from there.
    void remove(stop_listener&) noexcept;

  private:
    static constexpr std::uint32_t request = 1, one_source = 2;

    stop_listener* take_first() noexcept;
    static void unlink(stop_listener&) noexcept;

    std::atomic<std::uint32_t> word_{one_source};
    waiting_room room_; // guards the rest; those wait there whose listener is being told
    stop_listener* first_ = nullptr;
    stop_listener* told_ = nullptr;   // is being told now; only its address is used, it may be gone
    const void* requester_ = nullptr; // by whom; set before told_ is
};

} // namespace fibers::detail
