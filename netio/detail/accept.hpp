#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <system_error>

namespace netio::detail {

/// Takes the next connection of a listener, passing over those that failed before they could be
/// accepted; `peer` is whose it is.
/// *Suspends until* there is one; where there are no descriptors or no memory for it, it tries again every
/// 5 to 100 ms.
/// *Fails with* std::errc::timed_out, operation_canceled, bad_file_descriptor (closed).
template <class Endpoint>
descriptor_owner accept(descriptor* listener, Endpoint& peer, std::error_code& ec);

/// *Fails with* std::errc::invalid_argument if the socket does not listen.
void require_listening(int fd, std::error_code& ec) noexcept;

} // namespace netio::detail
