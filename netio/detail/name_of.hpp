#pragma once

#include <concepts>
#include <string>

namespace netio::detail {

/// What exceptions call a stream: its peer, the path of a file, the name of a pipe, or what it calls the
/// stream below it.
template <class S>
std::string name_of(const S& stream) {
    if constexpr (requires { stream.remote_endpoint().to_string(); })
        return stream.remote_endpoint().to_string();
    else if constexpr (requires {
                           { stream.path() } -> std::convertible_to<std::string>;
                       })
        return stream.path();
    else if constexpr (requires {
                           { stream.name() } -> std::convertible_to<std::string>;
                       })
        return stream.name();
    else if constexpr (requires { stream.next_layer(); })
        return name_of(stream.next_layer());
    else
        return "a stream";
}

} // namespace netio::detail
