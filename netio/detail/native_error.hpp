#pragma once

#include <cerrno>
#include <system_error>

namespace netio::detail {

/// What the last system call reported.
inline std::error_code native_error() noexcept {
    return {errno, std::system_category()};
}

} // namespace netio::detail
