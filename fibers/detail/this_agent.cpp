#include <fibers/detail/this_agent.hpp>

#include <utility>

namespace fibers::detail {

namespace {

struct thread_side {
    ambient surroundings;
    const void* identity = nullptr; // null: its own address
    agent_locals* locals = nullptr; // owned by locals_of_thread
    std::uint32_t last_lot = 2463534242;
};

/// Apart from the rest, whose every use would otherwise ask whether this one is constructed.
struct locals_of_thread {
    ~locals_of_thread() { end_thread_locals(); }
};

constinit thread_local thread_side this_thread_side;
thread_local const locals_of_thread ends_with_the_thread;

} // namespace

ambient& ambient_of_thread() noexcept {
    return this_thread_side.surroundings;
}

const void* current_identity() noexcept {
    if (current_fiber)
        return current_fiber;
    return this_thread_side.identity ? this_thread_side.identity : &this_thread_side;
}

std::uint32_t draw_lot() noexcept {
    std::uint32_t& lot = this_thread_side.last_lot; // xorshift, Marsaglia 2003
    lot ^= lot << 13;
    lot ^= lot >> 17;
    return lot ^= lot << 5;
}

agent_locals& current_locals() {
    if (current_fiber)
        return current_fiber->own_locals();
    if (!this_thread_side.locals) {
        static_cast<void>(&ends_with_the_thread); // constructs it
        this_thread_side.locals = new agent_locals;
    }
    return *this_thread_side.locals;
}

void identify_thread_as(const void* identity) noexcept {
    this_thread_side.identity = identity;
}

void end_thread_locals() noexcept {
    if (!this_thread_side.locals)
        return;
    this_thread_side.locals->end();
    delete std::exchange(this_thread_side.locals, nullptr);
}

} // namespace fibers::detail
