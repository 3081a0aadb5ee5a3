#pragma once

#include <apps/echo_server/options.hpp>

#include <netio/tcp_stream.hpp>
#include <netio/tls.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

/// What is done for a connection: by TLS or plainly, whatever comes in is sent back.
class echo_handler {
  public:
    /// *Fails with* what is wrong with the files for TLS.
    explicit echo_handler(const options&);

    void operator()(netio::tcp_stream);

    /// How many have been echoed, by the connections that have ended.
    std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    netio::tls_stream<netio::tcp_stream> secure(netio::tcp_stream) const;

    const std::chrono::milliseconds idle_timeout_;
    const bool behind_proxy_;
    std::optional<netio::tls_server_context> tls_; // none: plain TCP
    std::atomic<std::uint64_t> bytes_ = 0;
};
