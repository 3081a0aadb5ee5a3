#include <fibers/detail/address_room.hpp>

#include <fibers/detail/parking.hpp>

#include <array>
#include <mutex>

namespace fibers::detail {

namespace {

constexpr unsigned index_bits = 8;

constinit std::array<address_room, 1u << index_bits> rooms;

} // namespace

address_room& address_room::of(const void* address) noexcept {
    // Fibonacci hashing: neighbours in memory fall into different rooms.
    constexpr std::uint64_t golden_ratio = 0x9e37'79b9'7f4a'7c15;
    return rooms[reinterpret_cast<std::uintptr_t>(address) * golden_ratio >> (64 - index_bits)];
}

struct address_room::waiter : wait_node {
    waiter(agent& who, const void* where) noexcept : wait_node(who), address(where) {}

    const void* const address;
};

bool address_room::wait(const void* address, bool (*changed)(void*), void* which) noexcept {
    parking self{"an atomic", address};
    waiter node{self.who(), address};
    self.begin(interruption::ignored);
    bool has_changed = false;
    {
        const std::lock_guard guard{lock_};
        waiting_.fetch_add(1, std::memory_order_relaxed);
        // Pairs with the one in notify(): either that sees that somebody waits, or we see the change.
        std::atomic_thread_fence(std::memory_order_seq_cst);
        has_changed = changed(which);
        if (has_changed)
            waiting_.fetch_sub(1, std::memory_order_relaxed);
        else
            queue_.push_back(node);
    }
    if (has_changed)
        self.cancel();
    else
        self.commit();
    return has_changed;
}

void address_room::notify(const void* address, std::uint32_t most) noexcept {
    // Pairs with the one in wait(). The value is changed already.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (waiting_.load(std::memory_order_relaxed) == 0)
        return;
    agent_list claimed;
    {
        const std::lock_guard guard{lock_};
        const std::uint32_t count = queue_.claim_if(
            [address](const wait_node& node) {
                return static_cast<const waiter&>(node).address == address;
            },
            most, claimed);
        waiting_.fetch_sub(count, std::memory_order_relaxed);
    }
    claimed.schedule_all();
}

} // namespace fibers::detail
