#include <benchmarks/load/tls_client.hpp>

#include <fcntl.h>
#include <openssl/err.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace bench {

tls_client_context::tls_client_context() : context_{SSL_CTX_new(TLS_client_method())} {
    SSL_CTX_set_mode(context_.get(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_read_ahead(context_.get(), 1);
}

tls_client::tls_client(const tls_client_context& context, client_socket socket)
    : socket_{std::move(socket)}, tls_{SSL_new(context.get())} {
    SSL_set_fd(tls_.get(), socket_.fd());
    SSL_set_connect_state(tls_.get());
}

void tls_client::check_retry(int result, const char* what) const {
    const int reason = SSL_get_error(tls_.get(), result);
    if (reason == SSL_ERROR_WANT_READ || reason == SSL_ERROR_WANT_WRITE)
        return;
    const char* const text = ERR_reason_error_string(ERR_get_error());
    throw std::runtime_error{std::string{what} + ": " + (text ? text : "the connection is over")};
}

bool tls_client::write(const char* bytes, std::size_t size) {
    ERR_clear_error();
    const int result = SSL_write(tls_.get(), bytes, static_cast<int>(size));
    if (result <= 0)
        check_retry(result, "sending by TLS");
    return result > 0;
}

std::size_t tls_client::read(char* bytes, std::size_t size) {
    ERR_clear_error();
    const int result = SSL_read(tls_.get(), bytes, static_cast<int>(size));
    if (result <= 0)
        check_retry(result, "receiving by TLS");
    return result > 0 ? result : 0;
}

void tls_client::stop_blocking() {
    fcntl(fd(), F_SETFL, O_NONBLOCK);
}

} // namespace bench
