#include <netio/detail/tls_engine.hpp>

#include <netio/detail/tls_bio.hpp>
#include <netio/detail/tls_core.hpp>
#include <netio/detail/tls_failure.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/tls_error.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/shared_stack.hpp>
#include <fibers/timeout.hpp>

#include <openssl/err.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <utility>

namespace netio::detail {
namespace {

// Two full records: one system call for both.
constexpr std::size_t most_encrypted_at_once = 2 * SSL3_RT_MAX_PLAIN_LENGTH;

/// Whose turn it is to read, or to write.
class turn {
  public:
    turn(fibers::binary_semaphore& permit, std::error_code& ec)
        : permit_{permit}, mine_{permit.try_acquire()} {
        if (!mine_)
            wait(ec);
    }
    ~turn() {
        if (mine_)
            permit_.release();
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;

    /// Those who wait have their turn first.
    void give_way(std::error_code& ec) {
        mine_ = false;
        permit_.release();
        wait(ec);
    }

  private:
    void wait(std::error_code& ec) try {
        permit_.acquire();
        mine_ = true;
    } catch (const std::system_error& interrupted) {
        ec = interrupted.code();
    }

    fibers::binary_semaphore& permit_;
    bool mine_;
};

std::error_code closed() noexcept {
    return std::make_error_code(std::errc::bad_file_descriptor);
}

/// 1: it has been said.
int say_close_notify(SSL* ssl) noexcept {
    const bool said = SSL_get_shutdown(ssl) & SSL_SENT_SHUTDOWN;
    return said || SSL_shutdown(ssl) >= 0 ? 1 : -1;
}

} // namespace

void tls_engine::openssl_delete::operator()(ssl_st* connection) const noexcept {
    SSL_free(connection);
}

void tls_engine::openssl_delete::operator()(ssl_session_st* session) const noexcept {
    SSL_SESSION_free(session);
}

tls_engine::tls_engine(std::shared_ptr<tls_client_core> client, std::string host,
                       std::error_code& ec)
    : client_{std::move(client)}
    , host_{std::move(host)}
    , ssl_{client_->make_connection(host_, ec).release()} {
    connect_bytes();
}

tls_engine::tls_engine(std::shared_ptr<tls_server_core> server, std::error_code& ec)
    : server_{std::move(server)}, ssl_{server_->make_connection().release()} {
    ec.clear();
    connect_bytes();
}

tls_engine::~tls_engine() = default;

void tls_engine::connect_bytes() {
    BIO* const bio = make_tls_bio(bytes_).release();
    SSL_set_bio(ssl_.get(), bio, bio);
    SSL_set_app_data(ssl_.get(), this);
}

void tls_engine::take_session(const ssl_st* from, ssl_session_st* session) noexcept {
    static_cast<tls_engine*>(SSL_get_app_data(from))->session_.reset(session);
}

/// Calls OpenSSL, whose error queue is the thread's: it is empty before, and read before anybody else
/// can run. And on the shared stack: a handshake touches thirteen kilobytes of stack, encrypting seven, and
/// of its own stack a connection that is idle needs one page.
template <class Call>
tls_engine::progress tls_engine::compute(Call call, std::error_code& ec) {
    const std::scoped_lock lock{lock_};
    if (failure_ || !is_open()) {
        ec = is_open() ? failure_ : closed();
        return progress::failed;
    }
    return fibers::on_shared_stack([&] {
        ERR_clear_error();
        const int result = call(ssl_.get());
        if (result == 1)
            return progress::done;
        switch (SSL_get_error(ssl_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return progress::wants_input;
        case SSL_ERROR_ZERO_RETURN:
            return progress::ended;
        default:
            ec = failure_ = take_openssl_failure(ssl_.get());
            return progress::failed;
        }
    });
}

void tls_engine::handshake(tls_transport& transport, std::error_code& ec) {
    const turn reader{reading_, ec}, writer{writing_, ec};
    if (ec)
        return;
    for (;;) {
        const progress how = compute(SSL_do_handshake, ec);
        if (how == progress::failed)
            return send_without_waiting(transport); // the peer may want to know why
        send(transport, ec);
        if (!ec && how == progress::done)
            return remember_session();
        if (!ec)
            receive(transport, ec);
        if (ec)
            return;
    }
}

std::size_t tls_engine::read(tls_transport& transport, mutable_buffer into, std::error_code& ec) {
    ec.clear();
    if (into.empty())
        return 0;
    turn reader{reading_, ec};
    while (!ec) {
        std::size_t count = 0;
        bool left_something = false;
        const auto decrypt = [&](SSL* ssl) {
            const int result = SSL_read_ex(ssl, into.data(), into.size(), &count);
            left_something = session_ || !bytes_.output.empty();
            return result;
        };
        const progress how = compute(decrypt, ec);
        if (left_something) {
            send_if_nobody_does(transport);
            remember_session();
        }
        if (how != progress::wants_input)
            return count;
        if (writer_wants_input_.load(std::memory_order_relaxed))
            reader.give_way(ec);
        else
            receive(transport, ec);
    }
    return 0;
}

std::size_t tls_engine::write(tls_transport& transport, const_buffer from, std::error_code& ec) {
    ec.clear();
    const turn writer{writing_, ec};
    if (!ec)
        send(transport, ec); // what an interrupted call has left
    if (!ec && shut_for_writing_)
        ec = std::make_error_code(std::errc::broken_pipe);
    if (ec || from.empty())
        return 0;
    const const_buffer piece = from.first(std::min(from.size(), most_encrypted_at_once));
    progress how = encrypt(piece, ec);
    if (how == progress::wants_input)
        how = encrypt_after_input(transport, piece, ec);
    if (how != progress::done)
        return 0;
    send(transport, ec);
    return piece.size();
}

tls_engine::progress tls_engine::encrypt(const_buffer from, std::error_code& ec) {
    std::size_t count = 0;
    return compute([&](SSL* ssl) { return SSL_write_ex(ssl, from.data(), from.size(), &count); },
                   ec);
}

/// Only a part has come yet of something that the peer had to say after the handshake (a ticket, say),
/// and OpenSSL encrypts nothing before it has the rest.
[[gnu::cold]] tls_engine::progress
tls_engine::encrypt_after_input(tls_transport& transport, const_buffer from, std::error_code& ec) {
    writer_wants_input_.store(true, std::memory_order_relaxed);
    const turn reader{reading_, ec};
    writer_wants_input_.store(false, std::memory_order_relaxed);
    while (!ec) {
        const progress how = encrypt(from, ec);
        if (how != progress::wants_input)
            return how;
        receive(transport, ec);
    }
    return progress::failed;
}

void tls_engine::shutdown_write(tls_transport& transport, std::error_code& ec) {
    ec.clear();
    const turn writer{writing_, ec};
    if (ec)
        return;
    shut_for_writing_ = true;
    compute(say_close_notify, ec);
    if (!ec)
        send(transport, ec);
}

void tls_engine::close(tls_transport& transport) noexcept {
    if (writing_.try_acquire()) {
        std::error_code ignored;
        compute(say_close_notify, ignored);
        send_without_waiting(transport);
        closed_.store(true, std::memory_order_release);
        writing_.release();
    } else {
        closed_.store(true, std::memory_order_release);
    }
    transport.close();
}

/// By the reader: waits for more from the peer.
void tls_engine::receive(tls_transport& transport, std::error_code& ec) {
    mutable_buffer room;
    {
        const std::scoped_lock lock{lock_};
        room = bytes_.input.room();
    }
    const std::size_t count = transport.read(room, ec);
    if (!ec && count == 0)
        ec = tls_errc::truncated;
    const std::scoped_lock lock{lock_};
    bytes_.input.fill(count);
}

/// By the writer: waits until the transport has taken what OpenSSL has for the peer. What it does not
/// take is kept, since a record that has begun must be ended.
void tls_engine::send(tls_transport& transport, std::error_code& ec) {
    while (!ec) {
        if (unsent_.empty()) {
            const std::scoped_lock lock{lock_};
            unsent_ = std::exchange(bytes_.output, {});
        }
        if (unsent_.empty())
            return;
        unsent_.advance(write_whole(transport, unsent_.rest(), ec));
    }
}

void tls_engine::send_if_nobody_does(tls_transport& transport) noexcept {
    {
        const std::scoped_lock lock{lock_};
        if (bytes_.output.empty())
            return;
    }
    if (!writing_.try_acquire())
        return;
    std::error_code next_call_meets_it_too;
    send(transport, next_call_meets_it_too);
    writing_.release();
}

void tls_engine::send_without_waiting(tls_transport& transport) noexcept {
    const fibers::cancellation_shield although_stopped;
    const fibers::timeout_scope at_once{std::chrono::seconds{0}};
    std::error_code ec;
    send(transport, ec);
    // Where it has had to let others go first, that was the end of its time.
    if (ec == std::errc::timed_out) {
        ec.clear();
        send(transport, ec);
    }
}

void tls_engine::remember_session() {
    session_ptr session;
    {
        const std::scoped_lock lock{lock_};
        session = std::move(session_);
    }
    if (session)
        client_->sessions().put(host_, detail::session_ptr{session.release()});
}

template <class Query>
auto tls_engine::ask(Query query) const {
    const std::scoped_lock lock{lock_};
    return query(ssl_.get());
}

std::string tls_engine::host() const {
    if (client_)
        return host_;
    return ask([](const SSL* ssl) -> std::string {
        const char* const name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
        return name ? name : "";
    });
}

std::string tls_engine::application_protocol() const {
    return ask([](const SSL* ssl) {
        const unsigned char* name = nullptr;
        unsigned size = 0;
        SSL_get0_alpn_selected(ssl, &name, &size);
        return std::string{name, name + size};
    });
}

std::string tls_engine::peer_certificate() const {
    return ask([](const SSL* ssl) -> std::string {
        X509* const certificate = SSL_get0_peer_certificate(ssl);
        return certificate ? to_pem(*certificate) : "";
    });
}

std::string tls_engine::cipher() const {
    return ask([](const SSL* ssl) -> std::string { return SSL_get_cipher_name(ssl); });
}

tls_version tls_engine::version() const {
    return ask([](const SSL* ssl) {
        return SSL_version(ssl) >= TLS1_3_VERSION ? tls_version::tls_1_3 : tls_version::tls_1_2;
    });
}

bool tls_engine::resumed() const {
    return ask([](const SSL* ssl) { return SSL_session_reused(ssl) == 1; });
}

} // namespace netio::detail
