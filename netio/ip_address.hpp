#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>
#include <string_view>
#include <system_error>

namespace netio {

/// An IPv4 or IPv6 address. A value: 0.0.0.0 unless told, IPv4 orders before IPv6.
/// Text is dotted decimal for IPv4, RFC 5952 for IPv6, with a scope as in RFC 4007: "fe80::1%2".
class ip_address {
  public:
    /// Network byte order.
    using v4_bytes = std::array<std::uint8_t, 4>;
    using v6_bytes = std::array<std::uint8_t, 16>;

    constexpr ip_address() noexcept = default;

    constexpr explicit ip_address(const v4_bytes& bytes) noexcept {
        for (std::size_t i = 0; i != bytes.size(); ++i)
            bytes_[i] = bytes[i];
    }

    /// `scope_id` is the index of the network interface that a link-local address belongs to.
    constexpr explicit ip_address(const v6_bytes& bytes, std::uint32_t scope_id = 0) noexcept
        : version_{version::v6}, bytes_{bytes}, scope_id_{scope_id} {}

    /// Reads an address; a scope may be an index or the name of an interface.
    /// *Fails with* errc::invalid_address.
    static ip_address parse(std::string_view text);
    static ip_address parse(std::string_view text, std::error_code& ec) noexcept;

    static constexpr ip_address any_v4() noexcept { return ip_address{v4_bytes{}}; }
    static constexpr ip_address any_v6() noexcept { return ip_address{v6_bytes{}}; }
    static constexpr ip_address loopback_v4() noexcept {
        return ip_address{v4_bytes{127, 0, 0, 1}};
    }
    static constexpr ip_address loopback_v6() noexcept {
        v6_bytes bytes{};
        bytes.back() = 1;
        return ip_address{bytes};
    }

    constexpr bool is_v4() const noexcept { return version_ == version::v4; }
    constexpr bool is_v6() const noexcept { return version_ == version::v6; }

    /// The "any" address of its version: 0.0.0.0 or ::.
    constexpr bool is_unspecified() const noexcept { return bytes_ == v6_bytes{}; }

    /// 127.0.0.0/8, ::1, or an IPv4-mapped loopback address.
    constexpr bool is_loopback() const noexcept {
        const ip_address plain = unmapped();
        return plain.is_v4() ? plain.bytes_[0] == 127 : bytes_ == loopback_v6().bytes_;
    }

    /// 224.0.0.0/4, ff00::/8, or an IPv4-mapped multicast address.
    constexpr bool is_multicast() const noexcept {
        const ip_address plain = unmapped();
        return plain.is_v4() ? plain.bytes_[0] >> 4 == 0xe : bytes_[0] == 0xff;
    }

    /// ::ffff:a.b.c.d: how an IPv4 peer appears to an IPv6 socket, RFC 4291 section 2.5.5.2.
    constexpr bool is_v4_mapped() const noexcept {
        if (is_v4())
            return false;
        for (std::size_t i = 0; i != 10; ++i)
            if (bytes_[i] != 0)
                return false;
        return bytes_[10] == 0xff && bytes_[11] == 0xff;
    }

    /// The IPv4 address within an IPv4-mapped one; any other address as it is.
    constexpr ip_address unmapped() const noexcept {
        if (!is_v4_mapped())
            return *this;
        return ip_address{v4_bytes{bytes_[12], bytes_[13], bytes_[14], bytes_[15]}};
    }

    /// The IPv4-mapped form of an IPv4 address; an IPv6 address as it is.
    constexpr ip_address mapped() const noexcept {
        if (is_v6())
            return *this;
        return ip_address{v6_bytes{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, bytes_[0], bytes_[1],
                                   bytes_[2], bytes_[3]}};
    }

    /// The bytes of an IPv4 address.
    constexpr v4_bytes to_v4_bytes() const noexcept {
        return {bytes_[0], bytes_[1], bytes_[2], bytes_[3]};
    }
    /// The bytes of an IPv6 address.
    constexpr const v6_bytes& to_v6_bytes() const noexcept { return bytes_; }
    /// 0: none.
    constexpr std::uint32_t scope_id() const noexcept { return scope_id_; }

    std::string to_string() const;

    friend constexpr auto operator<=>(const ip_address&, const ip_address&) noexcept = default;
    friend std::ostream& operator<<(std::ostream&, const ip_address&);

  private:
    enum class version : std::uint8_t { v4, v6 };

    version version_ = version::v4;
    v6_bytes bytes_{}; // an IPv4 address is the first four, the others are zero
    std::uint32_t scope_id_ = 0;
};

} // namespace netio

template <>
struct std::hash<netio::ip_address> {
    std::size_t operator()(const netio::ip_address&) const noexcept;
};
