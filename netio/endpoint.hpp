#pragma once

#include <netio/ip_address.hpp>

#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>

struct sockaddr_storage;

namespace netio {

/// One end of a connection: an address and a port. A value: 0.0.0.0:0 unless told.
/// Text is "127.0.0.1:80" and "[::1]:80", as in RFC 3986 and RFC 5952 section 6.
class endpoint {
  public:
    constexpr endpoint() noexcept = default;

    constexpr endpoint(const ip_address& address, std::uint16_t port) noexcept
        : address_{address}, port_{port} {}

    /// Reads any kind of string, implicitly: tcp_listener{"127.0.0.1:8080"}. *Fails as* parse()
    /// does.
    template <std::convertible_to<std::string_view> Text>
    endpoint(const Text& text) : endpoint{parse(std::string_view{text})} {}

    /// Reads an endpoint. Names are not looked up.
    /// *Fails with* errc::invalid_address, missing_port, invalid_port or port_out_of_range.
    static endpoint parse(std::string_view text);
    static endpoint parse(std::string_view text, std::error_code& ec) noexcept;

    constexpr const ip_address& address() const noexcept { return address_; }
    constexpr std::uint16_t port() const noexcept { return port_; }

    std::string to_string() const;

    friend constexpr auto operator<=>(const endpoint&, const endpoint&) noexcept = default;
    friend std::ostream& operator<<(std::ostream&, const endpoint&);

    /// Writes the system's form of the endpoint; returns how many bytes of `native` it takes.
    std::size_t to_native(sockaddr_storage& native) const noexcept;

    /// Reads the system's form. *Fails with* std::errc::address_family_not_supported for anything
    /// but AF_INET and AF_INET6.
    static endpoint from_native(const sockaddr_storage& native);
    static endpoint from_native(const sockaddr_storage& native, std::error_code& ec) noexcept;

  private:
    ip_address address_;
    std::uint16_t port_ = 0;
};

} // namespace netio

template <>
struct std::hash<netio::endpoint> {
    std::size_t operator()(const netio::endpoint&) const noexcept;
};
