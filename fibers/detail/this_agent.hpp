#pragma once

#include <fibers/detail/agent_locals.hpp>
#include <fibers/detail/ambient.hpp>
#include <fibers/detail/current_fiber.hpp>

#include <cstdint>

/// What belongs to the calling agent: to the fiber, or to the thread where no fiber runs.
namespace fibers::detail {

ambient& ambient_of_thread() noexcept;

inline ambient& current_ambient() noexcept {
    return current_fiber ? current_fiber->surroundings : ambient_of_thread();
}

/// Unique among all agents that live.
const void* current_identity() noexcept;

/// A number that nobody foresees, for fair choices. All 32 bits are equally likely.
std::uint32_t draw_lot() noexcept;

/// Made at the first call. Throws std::bad_alloc.
agent_locals& current_locals();

/// For a plain thread that does what a fiber was asked to do: it goes by that one's identity.
void identify_thread_as(const void* identity) noexcept;

/// For such a thread, which tells of its end itself: its locals end before that.
void end_thread_locals() noexcept;

} // namespace fibers::detail
