#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

namespace netio::detail {

/// In bytes: less than this at a time is little.
inline constexpr std::size_t small_piece = 16 * 1024;

/// How a splice has ended.
enum class splice_end {
    over,    ///< all has been moved, or it has failed
    trickle, ///< only little comes by now
    refused  ///< the kernel cannot do it with these two, or has no pipe left for it
};

/// Moves up to `limit` bytes, or all until `from` ends, or as long as much comes at once, from one
/// descriptor to the other within the kernel, and adds up in `moved` how many `to` has taken. Where it
/// is refused, what had been read before `to` turned out to be unsuitable is in `stranded`.
/// *Suspends until* it is done. *Fails* as reading and writing do.
splice_end splice(descriptor* from, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
                  std::vector<std::byte>& stranded, std::error_code& ec);

/// Moves up to `limit` bytes from a file, from its position on. False: the kernel cannot do it with these
/// two, and nothing has been moved.
/// *Suspends until* it is done. *Fails* as reading and writing do.
bool send_file(descriptor* file, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
               std::error_code& ec);

} // namespace netio::detail
