#include <tests/netio/http_exchanges.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <exception>
#include <span>

using namespace std::chrono_literals;

namespace test {

http_everywhere::http_everywhere() {
    options.linger_timeout = 200ms;
    options.on_error = [this](const netio::http::request&, const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& error) {
            failures.push_back(error.what());
        }
    };
}

void http_everywhere::with_server(const std::function<void(netio::tcp_stream&)>& talk) {
    auto [client, server] = connect();
    auto serving = start([&, &stream = server] {
        netio::http::serve_http(stream, router, options, "the client");
        EXPECT_FALSE(stream.is_open());
    });
    {
        const fibers::timeout_scope limit{20s};
        talk(client);
    }
    client.close();
    serving.join();
}

std::string http_everywhere::answer_to(std::string_view bytes) {
    std::string answer;
    with_server([&](netio::tcp_stream& client) {
        client.write_all(netio::buffer(bytes));
        answer = read_text(client);
    });
    return answer;
}

std::string read_text(netio::tcp_stream& stream, std::size_t size) {
    std::string text(size, '\0');
    std::error_code ec;
    text.resize(stream.read_exactly(netio::buffer(text), ec));
    return text;
}

std::string status_of(const std::string& answer) {
    return answer.substr(0, 12);
}

std::size_t count_of(std::string_view what, std::string_view in) {
    std::size_t count = 0;
    for (std::size_t at = in.find(what); at != in.npos; at = in.find(what, at + what.size()))
        ++count;
    return count;
}

std::string body_of(const std::string& answer) {
    const std::size_t end = answer.find("\r\n\r\n");
    return end == answer.npos ? "" : answer.substr(end + 4);
}

} // namespace test
