#pragma once

#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <atomic>
#include <concepts>
#include <cstdint>

namespace fibers::detail {

/// Those who wait for the value at an address to change, among others whose addresses fall into the
/// same room. For atomic's wait and notify, whose objects have no place for a queue.
class alignas(64) address_room {
  public:
    /// One of a fixed table: the one mutable static of the library, as std's atomics have one too.
    /// Nothing but the address is common to who waits and who notifies, who may belong to different
    /// runtimes, or to none. It is initialised before anything runs, and never destroyed.
    static address_room& of(const void* address) noexcept;

    constexpr address_room() noexcept = default;
    address_room(const address_room&) = delete;
    address_room& operator=(const address_room&) = delete;

    /// Parks the caller until `address` is notified; ignores stop and the ambient deadline. Or not at
    /// all, and returns true, where `changed()`, which is called under the lock, says so.
    template <std::predicate Changed>
    bool wait(const void* address, Changed changed) noexcept {
        return wait(
            address, [](void* which) { return (*static_cast<Changed*>(which))(); }, &changed);
    }

    void notify_one(const void* address) noexcept { notify(address, 1); }
    void notify_all(const void* address) noexcept { notify(address, everybody); }

  private:
    static constexpr std::uint32_t everybody = ~std::uint32_t{0};

    struct waiter;

    bool wait(const void* address, bool (*changed)(void*), void* which) noexcept;
    void notify(const void* address, std::uint32_t most) noexcept;

    short_lock lock_; // guards the queue
    std::atomic<std::uint32_t> waiting_{0};
    wait_queue queue_;
};

} // namespace fibers::detail
