#pragma once

#include <netio/tcp_stream.hpp>

#include <chrono>
#include <cstdint>

/// Sends back what the peer sends until it finishes, and adds up in `echoed` how many bytes that
/// was. *Fails with* errc::timed_out where nothing could be echoed for `idle_timeout`, if that is
/// not 0.
void echo(netio::tcp_stream& stream, std::chrono::milliseconds idle_timeout, std::uint64_t& echoed);
