#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/name_of.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/proxy_binary.hpp>
#include <netio/detail/proxy_intake.hpp>
#include <netio/detail/proxy_line.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/proxy_error.hpp>
#include <netio/proxy_header.hpp>
#include <netio/stream.hpp>

#include <cstddef>
#include <string>
#include <system_error>

/// The PROXY protocol of HAProxy, versions 1 and 2: how a server behind a proxy learns whom it serves.
/// Anybody can write such a header: read one only from connections that come from the proxy, and then
/// always, under a fibers::timeout_scope.
namespace netio {

/// Reads the header, of either version, and not a byte of what follows. One of version 1 takes some ten
/// system calls, for its length shows only bit by bit; one of version 2 takes three.
/// *Suspends until* it has arrived.
/// *Fails with* proxy_errc; with errc::end_of_stream where it is cut short; and as the stream's read()
/// does. Part of it may have been read then.
template <input_stream S>
proxy_header read_proxy_header(S& stream, std::error_code& ec) {
    detail::proxy_intake intake;
    for (;;) {
        const mutable_buffer missing = intake.missing(ec);
        if (ec)
            return {};
        if (missing.empty())
            return intake.header(ec);
        detail::read_whole(stream, missing, ec);
        if (ec)
            return {};
    }
}

template <input_stream S>
proxy_header read_proxy_header(S& stream) {
    return detail::or_throw(
        [&](std::error_code& ec) { return read_proxy_header(stream, ec); },
        [&] { return "cannot read the PROXY header from " + detail::name_of(stream); });
}

/// Writes a header, before anything else is written. Where one address is IPv4 and the other IPv6, both
/// are written as IPv6; where the version has no words for such addresses, none.
/// *Suspends until* the kernel has taken it all.
/// *Fails with* std::errc::message_size where the attributes are longer than 64 KiB, and as the stream's
/// write() does.
template <output_stream S>
void write_proxy_header(S& stream, const proxy_header& header, proxy_version version,
                        std::error_code& ec) {
    const std::string bytes = version == proxy_version::v1
                                  ? detail::format_proxy_line(header)
                                  : detail::format_proxy_binary(header, ec);
    if (!bytes.empty())
        stream.write_all(buffer(bytes), ec);
}

template <output_stream S>
void write_proxy_header(S& stream, const proxy_header& header,
                        proxy_version version = proxy_version::v2) {
    detail::or_throw([&](std::error_code& ec) { write_proxy_header(stream, header, version, ec); },
                     [&] { return "cannot write the PROXY header to " + detail::name_of(stream); });
}

} // namespace netio
