#include <apps/echo_server/echo_handler.hpp>

#include <apps/echo_server/echo.hpp>

#include <fibers/timeout.hpp>
#include <netio/proxy_protocol.hpp>

#include <utility>

namespace {

constexpr std::chrono::seconds longest_handshake{10}, longest_header{3};

/// Counts for one connection, and is added to a total in the end.
class tally {
  public:
    explicit tally(std::atomic<std::uint64_t>& total) noexcept : total_{total} {}
    tally(const tally&) = delete;
    tally& operator=(const tally&) = delete;
    ~tally() { total_ += count; }

    std::uint64_t count = 0;

  private:
    std::atomic<std::uint64_t>& total_;
};

/// Whom the connection comes from is nothing to an echo, but the header must not be echoed.
void skip_proxy_header(netio::tcp_stream& stream) {
    const fibers::timeout_scope limit{longest_header};
    netio::read_proxy_header(stream);
}

} // namespace

echo_handler::echo_handler(const options& options)
    : idle_timeout_{options.idle_timeout}, behind_proxy_{options.behind_proxy} {
    if (options.tls)
        tls_.emplace(netio::tls_server_options{.identities = {netio::tls_identity::from_files(
                                                   options.tls->certificate, options.tls->key)}});
}

void echo_handler::operator()(netio::tcp_stream stream) {
    if (behind_proxy_)
        skip_proxy_header(stream);
    tally bytes{bytes_};
    if (!tls_)
        return echo(stream, idle_timeout_, bytes.count);
    netio::tls_stream secured = secure(std::move(stream));
    echo(secured, idle_timeout_, bytes.count);
}

netio::tls_stream<netio::tcp_stream> echo_handler::secure(netio::tcp_stream stream) const {
    const fibers::timeout_scope limit{longest_handshake};
    return {std::move(stream), *tls_};
}
