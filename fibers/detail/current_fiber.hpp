#pragma once

#include <fibers/detail/fiber_record.hpp>

namespace fibers::detail {

/// The fiber that the calling thread runs; null on a plain thread, and where a worker looks for the next
/// one after one has ended.
///
/// A fiber never changes its thread, so this may be read, and its address cached by the compiler, anywhere.
extern constinit thread_local fiber_record* current_fiber;

} // namespace fibers::detail
