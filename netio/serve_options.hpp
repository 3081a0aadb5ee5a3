#pragma once

#include <fibers/sync/stop_token.hpp>

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <string>

namespace netio {

/// What a server keeps to. Every member has a default; name those that differ:
/// `netio::serve(listener, handle, {.max_connections = 10'000, .drain_timeout = 30s});`
struct serve_options {
    /// How many connections are served at once; others wait in the backlog, and are served when one
    /// has ended. With several listeners, theirs take turns. 0: any number.
    std::size_t max_connections = 0;

    /// How many of one address are served at once; further ones are closed at once, for waiting
    /// they would keep the others waiting. An IPv6 network of 64 bits counts as one address; Unix
    /// sockets have none. 0: any number.
    std::size_t max_connections_per_address = 0;

    /// The ambient deadline of each connection, from when it is accepted. 0: none.
    std::chrono::milliseconds connection_timeout{0};

    /// How long connections may go on when the server has been asked to stop, before they are.
    std::chrono::milliseconds drain_timeout{20'000};

    /// How long they may then take to obey, before their streams are closed.
    std::chrono::milliseconds stop_timeout{5'000};

    /// Asks the server to stop, as server::request_stop() does.
    fibers::stop_token stop = {};

    /// Called for each listener when it is closed and connections are left to finish, with how many
    /// the server has; what it throws is dropped.
    std::function<void(std::size_t open)> on_drain = {};

    /// Called in the connection's fiber with what its handler has thrown, but for what a peer may cause at
    /// will: a reset, a timeout, an early end; what it throws is dropped. Where a connection could not even be
    /// begun, in the fiber that accepts. None: a line on standard error.
    std::function<void(const std::string& peer, std::exception_ptr)> on_error = {};
};

} // namespace netio
