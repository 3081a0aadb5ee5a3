#include <tests/netio/tls_connections.hpp>

#include <utility>

namespace test {

tls_connection tls_everywhere::connect(const netio::tls_client_context& client,
                                       const netio::tls_server_context& server,
                                       const std::string& host) {
    auto [near, far] = test::connect();
    tls_connection made;
    auto accepting = start([&, stream = std::make_shared<netio::tcp_stream>(std::move(far))] {
        made.server = tls_stream{std::move(*stream), server, made.server_error};
    });
    made.client = tls_stream{std::move(near), client, host, made.client_error};
    accepting.join();
    return made;
}

tls_connection tls_everywhere::connect(const std::string& host) {
    return connect(netio::tls_client_context{client_options},
                   netio::tls_server_context{server_options}, host);
}

std::string read_text(tls_stream& stream) {
    std::string text;
    std::string piece(4096, '\0');
    while (const std::size_t count = stream.read(netio::buffer(piece)))
        text.append(piece, 0, count);
    return text;
}

} // namespace test
