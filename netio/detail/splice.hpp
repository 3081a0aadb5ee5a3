#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>
#include <vector>

namespace netio::detail {

/// Moves up to `limit` bytes, or all until `from` ends, from one descriptor to the other within the
/// kernel, and adds up in `moved` how many `to` has taken. False: the kernel cannot do it with these
/// two, or has no pipe left for it, and nothing has been moved; what had been read before `to` turned
/// out to be unsuitable is in `stranded`.
/// *Suspends until* it is done. *Fails* as reading and writing do.
bool splice(descriptor* from, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
            std::vector<std::byte>& stranded, std::error_code& ec);

/// The same from a file, from its position on.
bool send_file(descriptor* file, descriptor* to, std::uint64_t limit, std::uint64_t& moved,
               std::error_code& ec);

} // namespace netio::detail
