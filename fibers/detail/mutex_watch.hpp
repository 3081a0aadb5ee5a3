#pragma once

namespace fibers::detail::mutex_watch {

// Defined in programs that link weft::mutex_watch; null in others.

/// For a fiber that is about to suspend: says on stderr which of the thread's mutexes it holds, with its stack,
/// once for each such stack.
[[gnu::weak]] void at_suspension() noexcept;

/// For one that has returned: the same, and they are nobody's from now on.
[[gnu::weak]] void at_end() noexcept;

} // namespace fibers::detail::mutex_watch
