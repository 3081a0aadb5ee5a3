#pragma once

#include <concepts>
#include <string>

namespace netio::detail {

/// What exceptions call a stream: its peer, or the path of a file.
template <class S>
std::string name_of(const S& stream) {
    if constexpr (requires { stream.remote_endpoint().to_string(); })
        return stream.remote_endpoint().to_string();
    else if constexpr (requires {
                           { stream.path() } -> std::convertible_to<std::string>;
                       })
        return stream.path();
    else
        return "a stream";
}

} // namespace netio::detail
