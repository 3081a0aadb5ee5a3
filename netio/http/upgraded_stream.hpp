#pragma once

#include <netio/buffer.hpp>
#include <netio/http/detail/transport.hpp>

#include <atomic>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace netio::http {

namespace detail {
class exchange;
class input;
class output;
} // namespace detail

/// A connection that has left HTTP: a <netio/stream.hpp>, whatever is below. Calls and failures are those of
/// tcp_stream or tls_stream.
///
/// *May be used by* one fiber that reads and one that writes; close() by anybody.
class upgraded_stream {
  public:
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);
    void read_exactly(mutable_buffer into);
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);
    void shutdown_write();
    void shutdown_write(std::error_code& ec);
    void close() noexcept;
    bool is_open() const noexcept { return is_open_; }

  private:
    friend class request;
    friend class detail::exchange;

    upgraded_stream(detail::transport& below, detail::input& in, detail::output& out,
                    std::string_view header) noexcept
        : below_{below}, in_{in}, out_{out}, header_{header} {}

    void begin();
    bool has_begun() const noexcept { return has_begun_; }

    detail::transport& below_;
    detail::input& in_;
    detail::output& out_;
    std::string_view header_; // what is left of it to read
    bool has_begun_ = false;
    std::atomic<bool> is_open_ = true;
};

} // namespace netio::http
