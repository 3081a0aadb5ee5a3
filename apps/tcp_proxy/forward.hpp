#pragma once

#include <apps/tcp_proxy/idle_watch.hpp>

#include <fibers/scope.hpp>
#include <netio/copy.hpp>
#include <netio/socket_options.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <system_error>

/// How many bytes have been forwarded.
struct traffic {
    std::atomic<std::uint64_t> to_backends{0}, to_clients{0};
};

/// Ends a connection so that the peer cannot take what it has got for all there is: by a reset, and
/// without TLS's goodbye.
template <class Stream>
void cut(Stream& stream) {
    if constexpr (requires { stream.next_layer(); }) {
        cut(stream.next_layer());
    } else {
        std::error_code closed;
        stream.set_option(netio::linger{std::chrono::seconds{0}}, closed);
        stream.close();
    }
}

/// Forwards both ways until both have ended, each by itself: the end of the one is passed on while the
/// other goes on. What fails on one side, or has been idle for too long, is cut on both.
template <class Client, class Backend>
void forward(Client& client, Backend& backend, const idle_watch& idle, traffic& sum) {
    const auto cut_both = [&] {
        cut(client);
        cut(backend);
    };
    const auto pass = [&](auto& from, auto& to, std::atomic<std::uint64_t>& bytes) {
        std::error_code ec;
        bytes += netio::copy(from, to, ec);
        if (!ec)
            to.shutdown_write(ec);
        if (ec)
            cut_both();
    };
    fibers::scope watching;
    if (idle.has_limit())
        watching.spawn([&] {
            idle.wait_until_idle();
            cut_both();
        });
    fibers::scope other_way;
    other_way.spawn([&] { pass(client, backend, sum.to_backends); });
    pass(backend, client, sum.to_clients);
    other_way.join();
    watching.request_stop();
}
