#pragma once

#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <cstddef>
#include <cstdint>
#include <variant>
#include <vector>

namespace netio {

/// One end of a connection, as a proxy tells it; std::monostate: it tells nothing.
using proxy_address = std::variant<std::monostate, endpoint, unix_endpoint>;

/// More that a proxy tells of a connection: a "TLV" of version 2, section 2.2 of the specification.
struct proxy_attribute {
    std::uint8_t type; ///< 0x02: the host name that the client asks for, 0x20: its TLS …
    std::vector<std::byte> value;

    friend bool operator==(const proxy_attribute&, const proxy_attribute&) = default;
};

/// What a proxy says of a connection that it forwards, before the connection's first byte.
///
///     proxy_header{.source = client.remote_endpoint(), .destination = client.local_endpoint()}
struct proxy_header {
    /// The connection is the proxy's own, such as a health check (LOCAL): there are no addresses.
    bool is_local = false;
    /// Not a stream is forwarded, but datagrams.
    bool has_datagrams = false;
    proxy_address source = {};      ///< the client
    proxy_address destination = {}; ///< to which it has connected
    /// Checksum and padding are not among them. Only in version 2.
    std::vector<proxy_attribute> attributes = {};

    friend bool operator==(const proxy_header&, const proxy_header&) = default;
};

/// The text of version 1 tells TCP's addresses alone; version 2 is binary.
enum class proxy_version { v1 = 1, v2 = 2 };

/// How many bytes of a header are read at most. The protocol has room for 64 KiB; real ones have some
/// hundred, with a client's certificate two thousand.
constexpr std::size_t longest_proxy_header = 4096;

} // namespace netio
