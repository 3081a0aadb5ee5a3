#pragma once

#include <benchmarks/load/client_socket.hpp>

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>

namespace bench {

/// What the TLS connections of the load have in common. Certificates are not checked and no session is
/// resumed: it is the server that is measured.
class tls_client_context {
  public:
    tls_client_context();
    SSL_CTX* get() const { return context_.get(); }

  private:
    struct free_context {
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    std::unique_ptr<SSL_CTX, free_context> context_;
};

/// One connection. The first call that gets through does the handshake.
class tls_client {
  public:
    tls_client() = default;
    tls_client(const tls_client_context& context, client_socket socket);

    int fd() const { return socket_.fd(); }

    /// All of it or nothing; false: not now.
    bool write(const char* bytes, std::size_t size);
    /// How many bytes; 0: not now. Throws where the server has closed.
    std::size_t read(char* bytes, std::size_t size);

    /// From now on "not now" is said rather than waited for.
    void stop_blocking();

  private:
    struct free_connection {
        void operator()(SSL* connection) const { SSL_free(connection); }
    };
    void check_retry(int result, const char* what) const;

    client_socket socket_;
    std::unique_ptr<SSL, free_connection> tls_;
};

} // namespace bench
