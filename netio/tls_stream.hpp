#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/tls_engine.hpp>
#include <netio/detail/tls_transport.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/tls_context.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

namespace netio {

/// One end of a TLS connection (RFC 8446, RFC 5246) over another stream of bytes. Movable, not
/// copyable.
///
///     netio::tls_client_context context;
///     netio::tls_stream stream{netio::tcp_stream::connect(endpoint), context, "example.org"};
///
/// `Stream` is any <netio/stream.hpp>; of its calls read() and write() with an error_code and close()
/// are used. Calls and their failures are those of tcp_stream; besides, all that suspends fails with a tls_errc
/// or as the stream below does. A deadline or a stop that ends a call after the handshake leaves the
/// stream as good as before.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once: typically one
/// reads while another writes. Two that write at once mix up their bytes. Moving, assigning and
/// destroying are for when nobody else is in a call, but for the close() that ended one's own.
template <class Stream>
class tls_stream {
  public:
    using next_layer_type = Stream;

    /// Not connected: every call fails with std::errc::bad_file_descriptor.
    tls_stream() noexcept = default;

    /// The client's end: asks for `host`, a name or an IP address, and makes sure that it is the one
    /// that answers.
    /// *Suspends until* the handshake is done.
    /// *Fails with* tls_errc::unknown_authority, certificate_expired, wrong_host …, not_tls;
    /// std::errc::invalid_argument where `host` can be none. `below` is closed then.
    tls_stream(Stream below, const tls_client_context& context, std::string host);
    tls_stream(Stream below, const tls_client_context& context, std::string host,
               std::error_code& ec);

    /// The server's end.
    /// *Suspends until* the handshake is done: as long as the client likes, where no timeout_scope is
    /// around it.
    /// *Fails with* tls_errc::not_tls, certificate_required … `below` is closed then.
    tls_stream(Stream below, const tls_server_context& context);
    tls_stream(Stream below, const tls_server_context& context, std::error_code& ec);

    tls_stream(tls_stream&&) noexcept = default;
    tls_stream& operator=(tls_stream&&) noexcept = default;

    /// Reads what is there, at most as much as there is room for; returns how many bytes. 0: the peer
    /// has finished sending, and has said so; or there was no room.
    /// *Suspends until* something is there.
    /// *Fails with* tls_errc::truncated when the stream below ends and the peer has not said that it
    /// has finished: somebody may have cut the connection.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Fills all the room there is.
    /// *Suspends until* that is done.
    /// *Fails with* errc::end_of_stream if the peer finishes before, and as read() does; the
    /// error_code form returns how many bytes have been read.
    void read_exactly(mutable_buffer into);
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);

    /// Writes up to 32 KiB; returns how many bytes it has taken. Where the error_code form reports that
    /// a deadline or a stop came first, the rest of what was taken goes ahead of the next write; an
    /// empty one will do.
    /// *Suspends until* the stream below has taken them all.
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes everything.
    /// *Suspends until* the stream below has taken it all.
    /// *Fails as* write() does; the error_code form returns how many bytes have been taken.
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);

    /// Tells the peer (by close_notify) that nothing more will come: it reads what was written, then
    /// the end of the stream. It may go on sending. Writing fails with std::errc::broken_pipe from now
    /// on.
    /// *Suspends until* the stream below has taken that.
    void shutdown_write();
    void shutdown_write(std::error_code& ec);

    /// The peer, as exceptions name it: "example.org at 192.0.2.1:443", as far as that is known.
    std::string name() const;

    bool is_open() const noexcept { return connection_ && connection_->engine.is_open(); }

    /// Ends the connection both ways: whoever waits in this stream, or calls it later, gets
    /// std::errc::bad_file_descriptor. The peer is told where that needs no waiting, and nobody is in
    /// the middle of writing. Closing twice does nothing. Never waits.
    void close() noexcept;

    // What follows is for a stream that is or was connected.

    /// What was asked for: the `host` of a client; what a client has said to a server (SNI), which is
    /// empty where it has said nothing.
    std::string host() const { return connection_->engine.host(); }

    /// What both have agreed upon by ALPN; empty: nothing.
    std::string application_protocol() const { return connection_->engine.application_protocol(); }

    /// In PEM; empty: it has shown none.
    std::string peer_certificate() const { return connection_->engine.peer_certificate(); }

    tls_version version() const { return connection_->engine.version(); }

    /// As OpenSSL calls it: "TLS_AES_256_GCM_SHA384".
    std::string cipher() const { return connection_->engine.cipher(); }

    /// Whether the handshake was a short one, with what was remembered of an earlier session.
    bool resumed() const { return connection_->engine.resumed(); }

    /// The stream below, for its options and addresses. Who reads or writes there breaks the
    /// connection.
    Stream& next_layer() noexcept { return connection_->below; }
    const Stream& next_layer() const noexcept { return connection_->below; }

  private:
    /// The stream below, as OpenSSL's part sees it.
    struct connection final : detail::tls_transport {
        template <class... Engine>
        explicit connection(Stream&& stream, Engine&&... for_engine)
            : below{std::move(stream)}, engine{std::forward<Engine>(for_engine)...} {}
        ~connection() { engine.close(*this); }

        std::size_t read(mutable_buffer into, std::error_code& ec) override {
            return below.read(into, ec);
        }
        std::size_t write(const_buffer from, std::error_code& ec) override {
            return below.write(from, ec);
        }
        void close() noexcept override { below.close(); }

        Stream below;
        detail::tls_engine engine;
    };

    /// Leaves a connection_ whose engine has failed, for a message to say with whom; or none.
    template <class Core, class... Host>
    void begin(std::error_code& ec, Stream&& below, std::shared_ptr<Core> core, Host&&... host) {
        if (!core) {
            ec = std::make_error_code(std::errc::invalid_argument);
            return;
        }
        connection_ = std::make_shared<connection>(std::move(below), std::move(core),
                                                   std::forward<Host>(host)..., ec);
        if (!ec)
            connection_->engine.handshake(*connection_, ec);
    }

    /// Calls operation(engine, transport), or fails where there is no connection.
    template <class Operation>
    auto on_connection(Operation operation, std::error_code& ec) const {
        using result = decltype(operation(connection_->engine, *connection_));
        if (connection_)
            return operation(connection_->engine, *connection_);
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return result();
    }

    template <class Operation>
    auto or_throw(Operation operation, const char* what) const {
        return detail::or_throw(operation, [&] { return what + (' ' + name()); });
    }

    std::shared_ptr<connection> connection_; // close() is the other owner, while it runs
};

template <class Stream>
tls_stream<Stream>::tls_stream(Stream below, const tls_client_context& context, std::string host) {
    or_throw(
        [&](std::error_code& ec) { begin(ec, std::move(below), context.core_, std::move(host)); },
        "cannot make a TLS connection to");
}

template <class Stream>
tls_stream<Stream>::tls_stream(Stream below, const tls_client_context& context, std::string host,
                               std::error_code& ec) {
    begin(ec, std::move(below), context.core_, std::move(host));
    if (ec)
        connection_.reset();
}

template <class Stream>
tls_stream<Stream>::tls_stream(Stream below, const tls_server_context& context) {
    or_throw([&](std::error_code& ec) { begin(ec, std::move(below), context.core_); },
             "cannot take a TLS connection from");
}

template <class Stream>
tls_stream<Stream>::tls_stream(Stream below, const tls_server_context& context,
                               std::error_code& ec) {
    begin(ec, std::move(below), context.core_);
    if (ec)
        connection_.reset();
}

template <class Stream>
std::size_t tls_stream<Stream>::read(mutable_buffer into) {
    return or_throw([&](std::error_code& ec) { return read(into, ec); }, "cannot read from");
}

template <class Stream>
std::size_t tls_stream<Stream>::read(mutable_buffer into, std::error_code& ec) {
    return on_connection([&](auto& engine, auto& below) { return engine.read(below, into, ec); },
                         ec);
}

template <class Stream>
void tls_stream<Stream>::read_exactly(mutable_buffer into) {
    or_throw([&](std::error_code& ec) { read_exactly(into, ec); }, "cannot read from");
}

template <class Stream>
std::size_t tls_stream<Stream>::read_exactly(mutable_buffer into, std::error_code& ec) {
    return detail::read_whole(*this, into, ec);
}

template <class Stream>
std::size_t tls_stream<Stream>::write(const_buffer from) {
    return or_throw([&](std::error_code& ec) { return write(from, ec); }, "cannot write to");
}

template <class Stream>
std::size_t tls_stream<Stream>::write(const_buffer from, std::error_code& ec) {
    return on_connection([&](auto& engine, auto& below) { return engine.write(below, from, ec); },
                         ec);
}

template <class Stream>
void tls_stream<Stream>::write_all(const_buffer from) {
    or_throw([&](std::error_code& ec) { write_all(from, ec); }, "cannot write to");
}

template <class Stream>
std::size_t tls_stream<Stream>::write_all(const_buffer from, std::error_code& ec) {
    return detail::write_whole(*this, from, ec);
}

template <class Stream>
void tls_stream<Stream>::shutdown_write() {
    or_throw([&](std::error_code& ec) { shutdown_write(ec); },
             "cannot shut down the writing side of the connection to");
}

template <class Stream>
void tls_stream<Stream>::shutdown_write(std::error_code& ec) {
    on_connection([&](auto& engine, auto& below) { engine.shutdown_write(below, ec); }, ec);
}

template <class Stream>
void tls_stream<Stream>::close() noexcept {
    // Whoever that wakes may destroy the stream at once.
    if (const auto kept = connection_)
        kept->engine.close(*kept);
}

template <class Stream>
std::string tls_stream<Stream>::name() const {
    if (!connection_)
        return "nobody";
    std::string known = connection_->engine.host();
    if constexpr (requires { connection_->below.remote_endpoint().to_string(); })
        known += (known.empty() ? "" : " at ") + connection_->below.remote_endpoint().to_string();
    return known.empty() ? "a stream" : known;
}

} // namespace netio
