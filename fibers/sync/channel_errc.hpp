#pragma once

#include <system_error>

namespace fibers {

/// What can go wrong with a channel.
enum class channel_errc {
    closed = 1 ///< nothing can be sent any more
};

/// The category of channel_errc, named "fibers.channel". A closed channel equals
/// std::errc::broken_pipe.
const std::error_category& channel_category() noexcept;

std::error_code make_error_code(channel_errc) noexcept;

} // namespace fibers

template <>
struct std::is_error_code_enum<fibers::channel_errc> : std::true_type {};
