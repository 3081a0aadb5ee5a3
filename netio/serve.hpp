#pragma once

#include <netio/detail/descriptor_access.hpp>
#include <netio/detail/live_connections.hpp>
#include <netio/detail/pause.hpp>
#include <netio/detail/server_core.hpp>
#include <netio/select.hpp>
#include <netio/serve_counts.hpp>
#include <netio/serve_options.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/now.hpp>
#include <fibers/scope.hpp>
#include <fibers/select.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/timeout.hpp>

#include <chrono>
#include <concepts>
#include <exception>
#include <functional>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace netio {

/// tcp_listener, unix_listener, and what is like them.
template <class L>
concept listener = requires(L& l, std::error_code& ec) {
    l.accept();
    {l.accept(ec).remote_endpoint().to_string()};
    { l.close() }
    noexcept;
};

/// Serves connections, each in a fiber of its own that is named after the peer, until it is asked to
/// stop; then lets them finish.
///
///     netio::server server{{.max_connections = 10'000}};
///     fibers::scope serving;
///     serving.spawn([&] { server.serve(listener, handle); });
///     signals.wait();
///     server.request_stop();
///     serving.join();                // by now every connection has ended
///
/// *May be used by* any number of fibers and plain threads at once. It must outlive all calls of serve().
class server {
  public:
    explicit server(serve_options options = {}) : core_{std::move(options)} {}

    /// Accepts connections and calls `handle(std::move(stream))` for each, until the server or the calling
    /// fiber is asked to stop, the ambient deadline passes, or the listener is closed or fails. Then:
    ///
    ///     takes what is in the backlog, as far as there is room and for 100 ms at most,
    ///     and closes the listener
    ///     waits until the connections have ended      at most drain_timeout, then
    ///     asks their fibers to stop                   and after stop_timeout
    ///     closes their streams, so that all calls of them fail, and waits until they have ended
    ///
    /// One call of `handle` for each connection may be under way at once. What it throws ends its
    /// connection, hurts nobody else, and is reported as serve_options::on_error says. Several calls may be
    /// under way for several listeners, with limits and counts for them all; each stops all of them. A
    /// server that has been asked to stop serves nobody any more.
    ///
    /// *Suspends until* all of that is done. *Fails with* what the listener has failed with, after that.
    /// *May be used by* fibers alone.
    template <listener Listener, class Handler>
    requires std::invocable<Handler&, decltype(std::declval<Listener&>().accept())>
    void serve(Listener&& listener, Handler&& handle);

    /// Lets serve() stop accepting and drain. Never suspends.
    void request_stop() noexcept { core_.request_stop(); }

    /// Sees when that has been asked for: for handlers that could go on for ever, such as those that keep a
    /// connection alive for further requests.
    fibers::stop_token draining() const noexcept { return core_.draining(); }

    /// The numbers so far. Never suspends.
    serve_counts counts() const noexcept { return core_.counts(); }

  private:
    template <class Listener, class Start>
    void accept_until_stopped(Listener& listener, Start start);
    template <class Listener, class Start>
    void accept_next(Listener& listener, Start start);
    template <class Listener, class Start>
    void take_backlog(Listener& listener, Start start);
    template <class Listener, class Start>
    static bool accept_within(std::chrono::milliseconds moment, detail::server_core::place place,
                              Listener& listener, Start start);

    detail::server_core core_;
};

/// A server that has one listener: server::serve(), and then its counts.
///
///     netio::tcp_listener listener{"127.0.0.1:8080"};
///     netio::serve(listener, [](netio::tcp_stream stream) { netio::copy(stream, stream); });
template <listener Listener, class Handler>
serve_counts serve(Listener&& listener, Handler&& handle, serve_options options = {}) {
    server one{std::move(options)};
    one.serve(listener, handle);
    return one.counts();
}

template <listener Listener, class Handler>
requires std::invocable<Handler&, decltype(std::declval<Listener&>().accept())>
void server::serve(Listener&& listener, Handler&& handle) {
    using stream_type = decltype(listener.accept());

    fibers::scope connections{fibers::on_failure::ignore};
    const auto run = [&handle](stream_type stream, detail::server_core::visit visit) {
        const detail::live_connections::entry live{visit.core().live(),
                                                   detail::descriptor_access::of(stream)};
        std::optional<fibers::timeout_scope> limit;
        if (const auto timeout = visit.core().options().connection_timeout;
            timeout != timeout.zero())
            limit.emplace(timeout);
        try {
            std::invoke(handle, std::move(stream));
            visit.complete();
        } catch (...) {
            visit.fail(std::current_exception());
        }
    };
    // False: there is no memory for it. It is closed then, and its place is free.
    const auto begin = [&](stream_type stream, detail::server_core::place place) {
        const auto peer = stream.remote_endpoint();
        try {
            const ip_address* address = nullptr;
            if constexpr (requires { peer.address(); })
                address = &peer.address();
            auto visit = core_.admit(std::move(place), address);
            if (!visit)
                return true;
            // The deadline that ends the accepting is not that of the connections.
            const fibers::cancellation_shield shield;
            connections.spawn({.name = peer.to_string()}, run, std::move(stream),
                              *std::move(visit));
            return true;
        } catch (...) {
            core_.report([&] { return peer.to_string(); }, std::current_exception());
            return false;
        }
    };
    detail::shortage_pauses pauses;
    const auto start = [&](stream_type stream, detail::server_core::place place) {
        if (begin(std::move(stream), std::move(place)))
            pauses.restart();
        else
            static_cast<void>(pauses.wait()); // whoever accepts learns of an interruption, too
    };

    std::exception_ptr failure;
    try {
        accept_until_stopped(listener, start);
    } catch (...) {
        failure = std::current_exception();
    }
    core_.request_stop();
    take_backlog(listener, start);
    listener.close();
    core_.drain(connections);
    if (failure)
        std::rethrow_exception(failure);
}

template <class Listener, class Start>
void server::accept_until_stopped(Listener& listener, Start start) try {
    fibers::scope accepting;
    const fibers::stop_callback on_stop{draining(), [&] { accepting.request_stop(); }};
    accepting.spawn({.name = "accepting"}, [&] {
        for (;;)
            accept_next(listener, start);
    });
    accepting.join();
} catch (const std::system_error& end) {
    if (end.code() != std::errc::operation_canceled && end.code() != std::errc::timed_out &&
        end.code() != std::errc::bad_file_descriptor)
        throw;
}

template <class Listener, class Start>
void server::accept_next(Listener& listener, Start start) {
    if constexpr (selectable<Listener>) {
        if (core_.is_limited()) {
            // A place is for who has come: a listener to which nobody comes must not keep it from the others.
            fibers::select(on_readable(listener, [] {}));
            accept_within(std::chrono::milliseconds{100}, core_.wait_for_place(), listener, start);
            return;
        }
    }
    auto place = core_.wait_for_place();
    start(listener.accept(), std::move(place));
}

/// False: nobody is there; where several accept from one backlog, another may have been faster.
template <class Listener, class Start>
bool server::accept_within(std::chrono::milliseconds moment, detail::server_core::place place,
                           Listener& listener, Start start) try {
    const fibers::timeout_scope limit{moment};
    start(listener.accept(), std::move(place));
    return true;
} catch (const std::system_error& end) {
    if (end.code() != std::errc::timed_out)
        throw;
    return false;
}

template <class Listener, class Start>
void server::take_backlog(Listener& listener, Start start) try {
    // To look once more for what has come in meanwhile takes a moment.
    constexpr std::chrono::milliseconds moment{1};
    // Where they come all the time, there is always one more.
    const auto end = fibers::now() + std::chrono::milliseconds{100};
    const fibers::cancellation_shield shield;
    while (fibers::now() < end) {
        auto place = core_.try_take_place();
        if (!place || !accept_within(moment, std::move(place), listener, start))
            return;
    }
} catch (...) {
    // There is nothing more, or nothing to be had.
}

} // namespace netio
