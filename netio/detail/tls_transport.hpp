#pragma once

#include <netio/buffer.hpp>

#include <cstddef>
#include <system_error>

namespace netio::detail {

/// The stream below TLS, whatever its type.
class tls_transport {
  public:
    virtual std::size_t read(mutable_buffer into, std::error_code& ec) = 0;
    virtual std::size_t write(const_buffer from, std::error_code& ec) = 0;
    virtual void close() noexcept = 0;

  protected:
    ~tls_transport() = default;
};

} // namespace netio::detail
