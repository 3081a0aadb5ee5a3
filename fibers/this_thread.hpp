#pragma once

#include <fibers/fiber_id.hpp>
#include <fibers/this_fiber.hpp>

/// std::this_thread, [thread.thread.this]: what a thread that is a fiber does with itself. On a
/// plain thread each does the same to that.
namespace fibers::this_thread {

using this_fiber::sleep_for;
using this_fiber::sleep_until;
using this_fiber::yield;

/// The id of the calling fiber or plain thread; never the default-constructed one.
fiber_id get_id() noexcept;

} // namespace fibers::this_thread
