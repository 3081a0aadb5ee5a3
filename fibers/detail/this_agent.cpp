#include <fibers/detail/this_agent.hpp>

#include <fibers/detail/worker.hpp>

#include <utility>

namespace fibers::detail {

namespace {

struct thread_side {
    ambient surroundings;
    const void* identity = nullptr; // null: its own address
    agent_locals* locals = nullptr; // owned by locals_of_thread
};

/// Apart from the rest, whose every use would otherwise ask whether this one is constructed.
struct locals_of_thread {
    ~locals_of_thread() { end_thread_locals(); }
};

constinit thread_local thread_side this_thread_side;
thread_local const locals_of_thread ends_with_the_thread;

} // namespace

ambient& current_ambient() noexcept {
    return this_worker ? this_worker->current().surroundings : this_thread_side.surroundings;
}

const void* current_identity() noexcept {
    if (this_worker)
        return &this_worker->current();
    return this_thread_side.identity ? this_thread_side.identity : &this_thread_side;
}

agent_locals& current_locals() {
    if (this_worker)
        return this_worker->current().own_locals();
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
