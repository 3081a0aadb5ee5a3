#pragma once

#include <cstddef>
#include <span>

namespace fibers::detail {

/// The return addresses of the stack that is suspended there (a resume_point), innermost first. Returns how
/// many there are, as far as there is room; 0 on processors for which it is not written. Reads that
/// stack and writes nothing to it.
std::size_t walk_suspended(const void* suspended_at, std::span<void*> frames) noexcept;

/// How many bytes above its address a suspended context has its rbx.
std::size_t saved_rbx_offset() noexcept;

/// In a signal handler: those of what has been interrupted. Once it has been called outside a handler, where
/// it finds nothing, it may be called in one.
std::size_t walk_interrupted(std::span<void*> frames) noexcept;

} // namespace fibers::detail
