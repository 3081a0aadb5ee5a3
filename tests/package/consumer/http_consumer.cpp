// A user's program that speaks HTTP: one fiber asks, another answers.

#include <fibers/runtime.hpp>
#include <netio/http.hpp>
#include <netio/tcp.hpp>

#include <string>

int main() {
    netio::http::router router;
    router.get("/hello", [](auto&, auto& answer) { answer.send("hello"); });
    std::string answer(200, '\0');
    fibers::run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        auto server = fibers::spawn([&] {
            netio::tcp_stream stream = listener.accept();
            netio::http::serve_http(stream, router);
        });
        auto client = netio::tcp_stream::connect(listener.local_endpoint());
        client.write_all(netio::buffer("GET /hello HTTP/1.0\r\n\r\n"));
        std::error_code ec;
        answer.resize(client.read_exactly(netio::buffer(answer), ec));
        client.close();
        server.join();
    });
    return answer.ends_with("hello") ? 0 : 1;
}
