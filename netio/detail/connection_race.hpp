#pragma once

#include <netio/connect.hpp>
#include <netio/endpoint.hpp>
#include <netio/tcp_stream.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <system_error>
#include <vector>

namespace netio::detail {

/// The addresses in the order in which Happy Eyeballs tries them, RFC 8305 section 4: IPv6 and IPv4 by
/// turns, beginning with the kind of the first, and each kind in its order.
std::vector<endpoint> by_turns(std::span<const ip_address> addresses, std::uint16_t port);

/// Attempts to connect to several addresses, of which the first that succeeds wins, RFC 8305 section 5.
class connection_race {
  public:
    explicit connection_race(std::span<const endpoint> remotes) noexcept;
    ~connection_race();

    /// To be called once.
    /// *Suspends until* one attempt has succeeded, or all have failed; then, or where the wait is
    /// interrupted, it *fails with* the code of the first address, or of the interruption.
    tcp_stream run(std::error_code& ec);

    /// Those that have failed so far.
    std::vector<failed_attempt>& failed() noexcept { return failed_; }

  private:
    class attempt;

    void begin(const endpoint& remote);
    /// Waits for what is under way: until one has succeeded, which is returned, one has failed, or it is
    /// time for the next.
    tcp_stream wait(std::chrono::steady_clock::time_point deadline);
    void fail_all(const std::error_code&);
    std::error_code code_of_first() const noexcept;

    const std::span<const endpoint> remotes_;
    std::vector<std::unique_ptr<attempt>> under_way_;
    std::vector<failed_attempt> failed_;
};

} // namespace netio::detail
