#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <system_error>

namespace netio::http::detail {

/// Whether a TCP peer has finished sending (TCP_INFO): after a shutdown(2) of the reading side no read can tell.
struct peer_end {
    bool value = true;
};

void get_option(netio::detail::descriptor*, peer_end&, std::error_code& ec) noexcept;

} // namespace netio::http::detail
