#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>

struct sockaddr_storage;

namespace netio {

/// The address of a Unix socket, unix(7): the path of a file; an abstract name, which vanishes with its
/// sockets; or none. A value, unnamed unless told.
/// Text is "unix:/run/service.sock", "unix:@name", and "unix:" for none.
class unix_endpoint {
  public:
    /// How many bytes a path or an abstract name has at most.
    static constexpr std::size_t longest = 107;

    constexpr unix_endpoint() noexcept = default;

    /// Reads text, implicitly: unix_listener{"unix:/run/service.sock"}. *Fails as* parse() does.
    template <std::convertible_to<std::string_view> Text>
    unix_endpoint(const Text& text) : unix_endpoint{parse(std::string_view{text})} {}

    /// Reads "unix:" and a path, or "@" and an abstract name; all bytes stand for themselves.
    /// *Fails with* errc::invalid_unix_address, and as from_path() does.
    static unix_endpoint parse(std::string_view text);
    static unix_endpoint parse(std::string_view text, std::error_code& ec) noexcept;

    /// The path of a file, of any bytes but 0.
    /// *Fails with* std::errc::filename_too_long; errc::invalid_unix_address if it is empty or has a 0 in it.
    static unix_endpoint from_path(std::string_view path);
    static unix_endpoint from_path(std::string_view path, std::error_code& ec) noexcept;

    /// A name of any bytes, without the 0 that it begins with for the system.
    /// *Fails with* std::errc::filename_too_long.
    static unix_endpoint from_abstract_name(std::string_view name);
    static unix_endpoint from_abstract_name(std::string_view name, std::error_code& ec) noexcept;

    constexpr bool is_unnamed() const noexcept { return size_ == 0; }
    constexpr bool is_abstract() const noexcept { return size_ != 0 && bytes_[0] == '\0'; }
    constexpr bool is_path() const noexcept { return size_ != 0 && bytes_[0] != '\0'; }

    /// Empty if it is none.
    constexpr std::string_view path() const noexcept { return is_path() ? bytes() : ""; }
    constexpr std::string_view abstract_name() const noexcept {
        return is_abstract() ? bytes().substr(1) : "";
    }

    /// As parse() reads it, but for bytes that cannot be seen, which become \x00 and the like.
    std::string to_string() const;

    friend constexpr auto operator<=>(const unix_endpoint& a, const unix_endpoint& b) noexcept {
        return a.bytes() <=> b.bytes();
    }
    friend constexpr bool operator==(const unix_endpoint& a, const unix_endpoint& b) noexcept {
        return a.bytes() == b.bytes();
    }
    friend std::ostream& operator<<(std::ostream&, const unix_endpoint&);

    /// Writes the system's form; returns how many bytes of `native` it takes.
    std::size_t to_native(sockaddr_storage& native) const noexcept;

    /// Reads the system's form, the first `size` bytes of `native`.
    /// *Fails with* std::errc::address_family_not_supported for anything but AF_UNIX.
    static unix_endpoint from_native(const sockaddr_storage& native, std::size_t size);
    static unix_endpoint from_native(const sockaddr_storage& native, std::size_t size,
                                     std::error_code& ec) noexcept;

  private:
    constexpr std::string_view bytes() const noexcept { return {bytes_.data(), size_}; }

    std::uint8_t size_ = 0;
    std::array<char, longest + 1> bytes_{}; // a path, or a 0 and an abstract name
};

} // namespace netio
