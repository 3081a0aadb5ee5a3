// Boost.Asio with stackful coroutines: each connection is an asio::spawn on Boost.Context.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/spawn.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

void handle(tcp::socket& socket, asio::yield_context yield) {
    std::array<char, 1024> buffer;
    error_code error;
    for (;;) {
        const std::size_t size = socket.async_read_some(asio::buffer(buffer), yield[error]);
        if (error)
            return;
        asio::async_write(socket, asio::buffer(buffer, size), yield[error]);
        if (error)
            return;
    }
}

void accept_all(tcp::acceptor& acceptor, asio::yield_context yield) {
    for (;;) {
        error_code error;
        tcp::socket socket = acceptor.async_accept(yield[error]);
        if (error)
            continue;
        asio::spawn(
            yield.get_executor(),
            [socket = std::move(socket)](asio::yield_context own) mutable { handle(socket, own); },
            asio::detached);
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    asio::io_context context{1}; // one thread
    tcp::acceptor acceptor{context, tcp::v4(), bench::open_listening_socket(options.port)};
    asio::spawn(
        context, [&](asio::yield_context yield) { accept_all(acceptor, yield); }, asio::detached);
    bench::announce(acceptor.native_handle());
    context.run();
}
