// Fetches a page over HTTPS. Names, connections, TLS and HTTP are all blocking calls, and none blocks a thread.

#include <fibers/runtime.hpp>
#include <fibers/timeout.hpp>
#include <netio/asio.hpp>
#include <netio/connect.hpp>
#include <netio/tls.hpp>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <regex>
#include <stdexcept>
#include <string>

namespace {

namespace http = boost::beast::http;

std::string fetch(const std::string& host, const std::string& port, const std::string& path) {
    const fibers::timeout_scope limit{std::chrono::seconds{30}};
    const netio::tls_client_context context;
    netio::tls_stream stream{netio::connect(host + ':' + port), context, host};
    netio::asio_stream io{stream};

    http::request<http::empty_body> request{http::verb::get, path, 11};
    request.set(http::field::host, host + ':' + port);
    request.set(http::field::connection, "close");
    http::write(io, request);

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(boost::none);
    http::read(io, buffer, answer);
    if (answer.get().result() != http::status::ok)
        throw std::runtime_error{"the server says " + std::to_string(answer.get().result_int()) +
                                 " " + std::string{answer.get().reason()}};
    return std::move(answer.get().body());
}

} // namespace

int main(int argc, char** argv) try {
    static const std::regex url{"https://([^/:?#]+)(?::([0-9]+))?(/[^#]*)?(#.*)?"};
    std::cmatch parts;
    if (argc != 2 || !std::regex_match(argv[1], parts, url))
        throw std::invalid_argument{"usage: https_get https://HOST[:PORT]/PATH"};
    const std::string port = parts[2].matched ? parts[2].str() : "443";
    const std::string path = parts[3].matched ? parts[3].str() : "/";
    std::cout << fibers::run([&] { return fetch(parts[1], port, path); });
} catch (const std::exception& error) {
    std::cerr << "https_get: " << error.what() << '\n';
    return 1;
}
