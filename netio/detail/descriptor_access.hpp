#pragma once

#include <concepts>

namespace netio::detail {

class descriptor;

/// The way of copy() and the like to the descriptor behind a stream: a friend of those that have one,
/// which they tell by a private `detail::descriptor* native_descriptor() const noexcept`. Where epoll(7)
/// may not know that one, a private `bool is_file() const noexcept` tells whether it does not.
struct descriptor_access {
    template <class S>
    static constexpr bool knows = requires(const S& s) {
        { s.native_descriptor() } -> std::same_as<descriptor*>;
    };

    template <class S>
    static descriptor* of(const S& s) noexcept {
        return s.native_descriptor();
    }

    template <class S>
    static bool is_file(const S& s) noexcept {
        if constexpr (requires { s.is_file(); })
            return s.is_file();
        else
            return false;
    }
};

} // namespace netio::detail
