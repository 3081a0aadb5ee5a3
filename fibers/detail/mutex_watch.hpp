#pragma once

namespace fibers::detail::mutex_watch {

/// For a fiber that is about to suspend: says on stderr which of the thread's mutexes it holds, with its stack,
/// once for each such stack. Defined in programs that link weft::mutex_watch; null in others.
[[gnu::weak]] void report_held() noexcept;

} // namespace fibers::detail::mutex_watch
