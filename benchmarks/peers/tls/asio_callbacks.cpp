// Boost.Asio's ssl::stream in its native style: a session object and completion handlers.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>
#include <utility>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class session : public std::enable_shared_from_this<session> {
  public:
    session(tcp::socket socket, asio::ssl::context& context)
        : stream_{std::move(socket), context} {}

    void shake_hands() {
        stream_.async_handshake(asio::ssl::stream_base::server,
                                [self = shared_from_this()](error_code error) {
                                    if (!error)
                                        self->read();
                                });
    }

  private:
    void read() {
        stream_.async_read_some(asio::buffer(buffer_),
                                [self = shared_from_this()](error_code error, std::size_t size) {
                                    if (!error)
                                        self->write(size);
                                });
    }

    void write(std::size_t size) {
        asio::async_write(stream_, asio::buffer(buffer_, size),
                          [self = shared_from_this()](error_code error, std::size_t) {
                              if (!error)
                                  self->read();
                          });
    }

    asio::ssl::stream<tcp::socket> stream_;
    std::array<char, 1024> buffer_;
};

void accept(tcp::acceptor& acceptor, asio::ssl::context& tls) {
    acceptor.async_accept([&](error_code error, tcp::socket socket) {
        if (!error)
            std::make_shared<session>(std::move(socket), tls)->shake_hands();
        accept(acceptor, tls);
    });
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv, {.tls = true});
    asio::ssl::context tls{asio::ssl::context::tls_server};
    tls.use_certificate_chain_file(options.certificate);
    tls.use_private_key_file(options.key, asio::ssl::context::pem);
    asio::io_context context{1}; // one thread
    tcp::acceptor acceptor{context, tcp::v4(), bench::open_listening_socket(options.port)};
    accept(acceptor, tls);
    bench::announce(acceptor.native_handle());
    context.run();
}
