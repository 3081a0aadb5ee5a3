#pragma once

#include <netio/endpoint.hpp>
#include <netio/resolver.hpp>
#include <netio/tcp_stream.hpp>
#include <netio/unix_stream.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>
#include <vector>

namespace netio {

/// An address that was tried in vain, and why.
struct failed_attempt {
    endpoint remote;
    std::error_code ec;

    bool operator==(const failed_attempt&) const = default;
};

/// Thrown where none of several addresses could be connected to. Its code is that of the first.
class connect_error : public std::system_error {
  public:
    /// `whom` could not be connected to; `ec` says why where nothing was tried.
    connect_error(const std::string& whom, const std::error_code& ec,
                  std::vector<failed_attempt> attempts);

    /// In the order in which they failed. Those under way when the wait was interrupted failed so.
    const std::vector<failed_attempt>& attempts() const noexcept { return *attempts_; }

  private:
    // Exceptions must be copied without failing.
    std::shared_ptr<const std::vector<failed_attempt>> attempts_;
};

/// Connects to "host:port", and turns on no_delay. A host with several addresses is connected to by
/// Happy Eyeballs (RFC 8305): every 250 ms, or when one has failed, the next address is tried, IPv6 and
/// IPv4 by turns; the first connection is returned and the others are closed. Text that is an endpoint
/// needs no resolver; a port must be a number.
///
/// Who connects to names more than once does well to keep a resolver: without one, each call has its
/// own, which reads the system's files and knows no former answers.
///
/// *Suspends until* there is a connection.
/// *Fails with* netio::errc::missing_port …, as the resolver's lookup() does, and as
/// tcp_stream::connect() does: with a connect_error where there were addresses to try; the error_code
/// form tells the code of the first.
tcp_stream connect(std::string_view host_and_port);
tcp_stream connect(std::string_view host_and_port, std::error_code& ec);
tcp_stream connect(std::string_view host_and_port, resolver& names);
tcp_stream connect(std::string_view host_and_port, resolver& names, std::error_code& ec);

/// A connection of either kind: `std::visit([](auto& stream) { … }, connection)`.
using any_connection = std::variant<tcp_stream, unix_stream>;

/// Connects to "unix:/run/service.sock" or "unix:@name" as unix_stream::connect() does, to all else as
/// connect(): for addresses that a user chooses. The error_code form returns a connection that is not
/// open where it fails.
any_connection connect_to(std::string_view address);
any_connection connect_to(std::string_view address, std::error_code& ec);
any_connection connect_to(std::string_view address, resolver& names);
any_connection connect_to(std::string_view address, resolver& names, std::error_code& ec);

/// Connects to the one of several addresses that answers first, likewise, in their order.
/// *Fails with* std::errc::invalid_argument where there are none.
tcp_stream connect_any(std::span<const endpoint> remotes);
tcp_stream connect_any(std::span<const endpoint> remotes, std::error_code& ec);

} // namespace netio
