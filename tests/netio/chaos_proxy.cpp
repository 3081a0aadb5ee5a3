#include <tests/netio/chaos_proxy.hpp>

#include <tests/netio/connections.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <system_error>
#include <vector>

namespace test {
namespace {

/// One direction of one connection.
class pump {
  public:
    pump(netio::tcp_stream& from, netio::tcp_stream& to, const mischief& plan) noexcept
        : from_{from}, to_{to}, plan_{plan} {}

    void run() {
        while (plan_.never_reads)
            fibers::this_fiber::sleep_for(std::chrono::hours{1});
        while (collect() && pass_on()) {
        }
        if (!broken_off_)
            to_.shutdown_write();
    }

  private:
    /// Reads until there is enough to be passed on. False: nothing is left.
    bool collect() {
        std::vector<std::byte> piece(plan_.piece);
        do {
            const std::size_t count = from_.read(piece);
            for (const std::byte byte : std::span{piece}.first(count))
                take(byte);
            if (count == 0)
                break;
        } while (pending_.size() < plan_.merge && !ends_);
        return !pending_.empty() || ends_;
    }

    void take(std::byte byte) {
        const std::uint64_t offset = offset_++;
        ends_ = ends_ || offset == plan_.cut || offset == plan_.reset;
        if (ends_ || offset == plan_.drop)
            return;
        pending_.push_back(offset == plan_.corrupt ? ~byte : byte);
    }

    /// False: that was all.
    bool pass_on() {
        for (std::span<const std::byte> rest{pending_}; !rest.empty();) {
            if (plan_.delay.count() != 0)
                fibers::this_fiber::sleep_for(plan_.delay);
            const std::size_t count = std::min(rest.size(), std::max(plan_.piece, plan_.merge));
            to_.write_all(rest.first(count));
            rest = rest.subspan(count);
        }
        pending_.clear();
        if (ends_ && plan_.reset) {
            broken_off_ = true;
            reset(to_);
            reset(from_);
        }
        return !ends_;
    }

    netio::tcp_stream& from_;
    netio::tcp_stream& to_;
    const mischief& plan_;
    std::vector<std::byte> pending_;
    std::uint64_t offset_ = 0;
    bool ends_ = false, broken_off_ = false;
};

} // namespace

chaos_proxy::chaos_proxy(const netio::endpoint& server, const mischief& to_server,
                         const mischief& to_client)
    : server_{server}
    , to_server_{to_server}
    , to_client_{to_client}
    , thread_{[this] { fibers::run([this] { serve(); }); }} {}

chaos_proxy::~chaos_proxy() {
    listener_.close();
    thread_.join();
}

void chaos_proxy::serve() {
    fibers::scope connections{fibers::on_failure::ignore};
    for (netio::tcp_stream client : listener_.incoming())
        connections.spawn([this](netio::tcp_stream stream) { relay(std::move(stream)); },
                          std::move(client));
    connections.request_stop();
}

void chaos_proxy::relay(netio::tcp_stream client) {
    auto server = netio::tcp_stream::connect(server_);
    fibers::scope directions{fibers::on_failure::ignore};
    directions.spawn([&] { pump{client, server, to_server_}.run(); });
    directions.spawn([&] { pump{server, client, to_client_}.run(); });
    directions.join();
}

chaotic_connection::chaotic_connection(const mischief& to_client, const mischief& to_server)
    : proxy{listener.local_endpoint(), to_server, to_client}
    , client{netio::tcp_stream::connect(proxy.endpoint())}
    , server{listener.accept()} {}

} // namespace test
