#pragma once

#include <netio/buffer.hpp>

#include <concepts>
#include <cstddef>
#include <system_error>

namespace netio {

/// From which bytes can be read, as tcp_stream says it: read() takes what is there, and 0 is the end.
template <class S>
concept input_stream = requires(S& s, mutable_buffer into, std::error_code& ec) {
    { s.read(into) } -> std::same_as<std::size_t>;
    { s.read(into, ec) } -> std::same_as<std::size_t>;
};

/// To which bytes can be written, as tcp_stream says it: write() takes some, write_all() everything.
template <class S>
concept output_stream = requires(S& s, const_buffer from, std::error_code& ec) {
    { s.write(from) } -> std::same_as<std::size_t>;
    { s.write(from, ec) } -> std::same_as<std::size_t>;
    { s.write_all(from) } -> std::same_as<void>;
    { s.write_all(from, ec) } -> std::same_as<std::size_t>;
};

/// What tcp_stream, tls_stream … have in common: bytes both ways, each of which ends by itself, until
/// close() ends both and wakes whoever waits.
template <class S>
concept stream = input_stream<S> && output_stream<S> &&
    requires(S& s, mutable_buffer into, std::error_code& ec) {
    { s.read_exactly(into) } -> std::same_as<void>;
    { s.read_exactly(into, ec) } -> std::same_as<std::size_t>;
    s.shutdown_write();
    s.shutdown_write(ec);
    { s.close() }
    noexcept;
    { s.is_open() } -> std::same_as<bool>;
};

} // namespace netio
