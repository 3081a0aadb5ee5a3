#pragma once

#include <concepts>

namespace netio::detail {

class descriptor;

/// The way of copy() and the like to the descriptor behind a stream: a friend of those that have one,
/// which they tell by a private `detail::descriptor* native_descriptor() const noexcept`.
struct descriptor_access {
    template <class S>
    static constexpr bool knows = requires(const S& s) {
        { s.native_descriptor() } -> std::same_as<descriptor*>;
    };

    template <class S>
    static descriptor* of(const S& s) noexcept {
        return s.native_descriptor();
    }
};

} // namespace netio::detail
