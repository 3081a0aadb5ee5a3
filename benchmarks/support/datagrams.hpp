#pragma once

#include <cstddef>

namespace bench {

/// In bytes.
inline constexpr std::size_t largest_datagram = 1024;

/// How many a UDP server takes and sends in one system call.
inline constexpr std::size_t datagrams_at_once = 32;

} // namespace bench
