#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/tls_bytes.hpp>
#include <netio/detail/tls_transport.hpp>
#include <netio/tls_options.hpp>

#include <fibers/sync/mutex.hpp>
#include <fibers/sync/semaphore.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <system_error>

struct ssl_st;
struct ssl_session_st;

namespace netio::detail {

class tls_client_core;
class tls_server_core;

/// One TLS connection over some transport: OpenSSL's part, all in memory, and the ways in and out.
///
/// | who      | holds                                    | while                                     |
/// |----------|------------------------------------------|-------------------------------------------|
/// | a reader | reading_, and so the room of bytes_.input | it waits for the transport                |
/// | a writer | writing_, and so unsent_                 | it waits for the transport                |
/// | each     | lock_, and so ssl_, bytes_, session_ …   | OpenSSL computes; nobody waits meanwhile  |
///
/// A reader to whom OpenSSL gives something to send (the answer to a KeyUpdate, an alert) sends it,
/// unless somebody is writing, who then does.
class tls_engine {
  public:
    tls_engine(std::shared_ptr<tls_client_core>, std::string host, std::error_code& ec);
    tls_engine(std::shared_ptr<tls_server_core>, std::error_code& ec);
    ~tls_engine();
    tls_engine(const tls_engine&) = delete;
    tls_engine& operator=(const tls_engine&) = delete;

    void handshake(tls_transport&, std::error_code& ec);

    // As those of tls_stream.

    std::size_t read(tls_transport&, mutable_buffer into, std::error_code& ec);
    std::size_t write(tls_transport&, const_buffer from, std::error_code& ec);
    void shutdown_write(tls_transport&, std::error_code& ec);
    void close(tls_transport&) noexcept;
    /// Acquire: whoever finds it closed may destroy what close() had to read before.
    bool is_open() const noexcept { return !closed_.load(std::memory_order_acquire); }

    std::string host() const;
    std::string application_protocol() const;
    std::string peer_certificate() const;
    std::string cipher() const;
    tls_version version() const;
    bool resumed() const;

    /// From within a call of OpenSSL, which gives up the session.
    static void take_session(const ssl_st* from, ssl_session_st*) noexcept;

  private:
    struct openssl_delete {
        void operator()(ssl_st*) const noexcept;
        void operator()(ssl_session_st*) const noexcept;
    };
    using session_ptr = std::unique_ptr<ssl_session_st, openssl_delete>;

    /// How far a call of OpenSSL has come.
    enum class progress : std::uint8_t { done, wants_input, ended, failed };

    void connect_bytes();
    template <class Call>
    progress compute(Call call, std::error_code& ec);
    template <class Query>
    auto ask(Query query) const;
    progress encrypt(const_buffer from, std::error_code& ec);
    progress encrypt_after_input(tls_transport&, const_buffer from, std::error_code& ec);

    void receive(tls_transport&, std::error_code& ec);
    void send(tls_transport&, std::error_code& ec);
    void send_if_nobody_does(tls_transport&) noexcept;
    void send_without_waiting(tls_transport&) noexcept;
    void remember_session();

    const std::shared_ptr<tls_client_core> client_; // null: a server
    const std::shared_ptr<tls_server_core> server_; // null: a client
    const std::string host_;                        // empty: a server

    fibers::binary_semaphore reading_{1}, writing_{1};
    tls_output unsent_; // writing_ guards it, and the next
    bool shut_for_writing_ = false;
    std::atomic<bool> writer_wants_input_{false};

    mutable fibers::mutex lock_; // guards the rest
    tls_bytes bytes_;
    std::unique_ptr<ssl_st, openssl_delete> ssl_;
    session_ptr session_;     // new, not remembered yet
    std::error_code failure_; // after which OpenSSL is not called again
    std::atomic<bool> closed_{false};
};

} // namespace netio::detail
