#pragma once

#include <netio/http/detail/exchange.hpp>

#include <chrono>
#include <cstddef>
#include <system_error>

namespace netio::http::detail {

/// The loop of one connection: a header, its exchange, the next.
class connection {
  public:
    connection(transport& stream, const router& router, const connection_options& options,
               std::string_view peer)
        : parts_{stream, router, options, peer} {}

    /// Until it is closed.
    void run();

  private:
    sequel serve_one(bool may_go_on);
    std::size_t find_header(std::error_code& ec);
    bool wait_for_request();
    void linger();

    connection_parts parts_;
};

} // namespace netio::http::detail
