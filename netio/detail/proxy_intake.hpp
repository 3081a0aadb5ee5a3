#pragma once

#include <netio/buffer.hpp>
#include <netio/proxy_header.hpp>

#include <array>
#include <cstddef>
#include <string_view>
#include <system_error>

namespace netio::detail {

/// Collects a header of the PROXY protocol without asking for a byte of what follows it.
///
///     signature ─┬─ of version 2: four bytes, which tell the length: the rest
///                └─ "PROXY ": as many as must still come, again and again, up to the line end
class proxy_intake {
  public:
    /// Room for bytes that certainly belong to the header, all of which is to be filled before this is
    /// called again. Empty: it is complete.
    /// *Fails with* proxy_errc, as soon as that shows.
    mutable_buffer missing(std::error_code& ec) noexcept;

    /// What it says, once it is complete.
    proxy_header header(std::error_code& ec) const;

  private:
    std::string_view text() const noexcept;
    std::size_t missing_of_line(std::error_code& ec) const noexcept;
    std::size_t missing_of_binary(std::error_code& ec) const noexcept;

    std::size_t size_ = 0;
    std::array<std::byte, longest_proxy_header> bytes_; // the first `size_` are there
};

} // namespace netio::detail
