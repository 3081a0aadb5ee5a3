// Others that speak TLS, in both directions: openssl's command line, curl, and Python's ssl, as far as they
// are there.

#include <tests/netio/tls_connections.hpp>

#include <fibers/blocking.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::string;

bool is_there(const string& program) {
    return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

/// What a command of the shell writes; it has ten seconds.
string output_of(const string& command) {
    FILE* const pipe = ::popen(("timeout 10 " + command + " 2>&1").c_str(), "r");
    string output;
    std::array<char, 512> piece;
    while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe))
        output.append(piece.data(), count);
    ::pclose(pipe);
    return output;
}

class TlsPeers : public test::tls_everywhere {
  protected:
    TlsPeers() {
        string name = testing::TempDir() + "weft_tls_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        write("authority.pem", trusted.certificate());
        write("certificate.pem", server_options.identities[0].certificates);
        write("key.pem", server_options.identities[0].private_key);
    }
    ~TlsPeers() override { std::filesystem::remove_all(folder_); }

    string file(const string& name) const { return (folder_ / name).string(); }

    void write(const string& name, const string& text) const {
        std::ofstream{folder_ / name} << text;
    }

    /// Serves one connection with `handle` while `command`, with the port for "PORT", runs; returns what
    /// that writes.
    string served(string command, const std::function<void(test::tls_stream&)>& handle) {
        netio::tcp_listener listener{"127.0.0.1:0"};
        auto server = start([&] {
            const fibers::timeout_scope limit{10s};
            test::tls_stream stream{listener.accept(), netio::tls_server_context{server_options}};
            handle(stream);
        });
        command.replace(command.find("PORT"), 4, std::to_string(listener.local_endpoint().port()));
        string output = fibers::blocking([&] { return output_of(command); });
        server.join();
        return output;
    }

    /// A command by which the shell that says `lines` talks to the server. In between, `heard TEXT` waits for
    /// what openssl writes: what is said too early is not taken for what it means.
    string s_client(const string& lines, const string& options) const {
        write("heard", "");
        return "sh -c 'heard() { until grep -q $1 " + file("heard") +
               "; do sleep 0.01; done; }; (" + lines +
               ") | openssl s_client -connect localhost:PORT -CAfile " + file("authority.pem") +
               ' ' + options + " 2>&1 | tee " + file("heard") + "'";
    }

    /// Connects as soon as somebody listens there.
    static netio::tcp_stream connect_to(std::uint16_t port) {
        for (;;) {
            std::error_code ec;
            auto stream = netio::tcp_stream::connect({netio::ip_address::loopback_v4(), port}, ec);
            if (!ec)
                return stream;
            fibers::this_fiber::sleep_for(10ms);
        }
    }

    static std::uint16_t free_port() {
        // Below the ephemeral ports: tests that run beside this one take theirs from those.
        auto port = static_cast<std::uint16_t>(20'000 + ::getpid() % 10'000);
        for (;; ++port) {
            std::error_code taken;
            const netio::tcp_listener probe{{netio::ip_address::loopback_v4(), port}, {}, taken};
            if (!taken)
                return port;
        }
    }

  private:
    std::filesystem::path folder_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TlsPeers,
                         testing::Values(test::place::one_worker, test::place::plain_threads));

void answer_in_capitals(test::tls_stream& stream) {
    std::array<std::byte, 5> text;
    stream.read_exactly(text);
    EXPECT_EQ(std::to_integer<char>(text[0]), 'h');
    stream.write_all(netio::buffer("HELLO\n"));
    stream.shutdown_write();
    test::read_text(stream);
}

TEST_P(TlsPeers, OpensslIsServed) {
    for (const string version : {"-tls1_2", "-tls1_3"})
        run([&] {
            const string output =
                served(s_client("echo hello; heard HELLO",
                                "-verify_return_error -servername localhost " + version),
                       answer_in_capitals);
            EXPECT_NE(output.find("HELLO"), string::npos) << output;
            EXPECT_NE(output.find("Verify return code: 0 (ok)"), string::npos) << output;
        });
}

TEST_P(TlsPeers, OpensslServes) {
    run([&] {
        for (const string version : {"-tls1_2", "-tls1_3"}) {
            const std::uint16_t port = free_port();
            auto server = start([&] {
                fibers::blocking([&] {
                    output_of("openssl s_server -rev -naccept 2 -accept " + std::to_string(port) +
                              ' ' + version + " -cert " + file("certificate.pem") + " -key " +
                              file("key.pem"));
                });
            });
            const fibers::timeout_scope limit{10s};
            const netio::tls_client_context context{client_options};
            for (const bool again : {false, true}) {
                test::tls_stream stream{connect_to(port), context, "localhost"};
                EXPECT_EQ(stream.resumed(), again) << version;
                stream.write_all(netio::buffer("abc\n"));
                std::array<std::byte, 4> reply;
                stream.read_exactly(reply);
                EXPECT_EQ(std::to_integer<char>(reply[0]), 'c');
                stream.shutdown_write();
                std::error_code ec; // it may just go
                stream.read(reply, ec);
            }
            server.join();
        }
    });
}

TEST_P(TlsPeers, ItsKeyUpdatesAreAnswered) {
    run([&] {
        // A line of "K" alone makes s_client send one that asks for one.
        const string output = served(
            s_client("echo hello; heard Welcome; echo K; heard KEYUPDATE; echo bye; heard HELLO",
                     "-tls1_3"),
            [](test::tls_stream& stream) {
                std::array<std::byte, 6> hello;
                stream.read_exactly(hello);
                stream.write_all(netio::buffer("Welcome\n"));
                std::array<std::byte, 4> bye;
                stream.read_exactly(bye);
                EXPECT_EQ(std::to_integer<char>(bye[0]), 'b');
                stream.write_all(netio::buffer("HELLO\n"));
                stream.shutdown_write();
            });
        EXPECT_NE(output.find("KEYUPDATE"), string::npos) << output;
        EXPECT_NE(output.find("HELLO"), string::npos) << output;
    });
}

TEST_P(TlsPeers, CurlIsServed) {
    if (!is_there("curl"))
        GTEST_SKIP() << "there is no curl";
    server_options.application_protocols = {"http/1.1"};
    run([&] {
        const string output = served(
            "curl -sS --cacert " + file("authority.pem") + " https://localhost:PORT/",
            [](test::tls_stream& stream) {
                std::array<std::byte, 4> request;
                stream.read_exactly(request);
                EXPECT_EQ(stream.application_protocol(), "http/1.1");
                stream.write_all(netio::buffer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nyes"));
                stream.shutdown_write();
                std::error_code ec;
                stream.read(request, ec);
            });
        EXPECT_EQ(output, "yes");
    });
}

TEST_P(TlsPeers, PythonIsServedAndServes) {
    if (!is_there("python3"))
        GTEST_SKIP() << "there is no Python";
    write("client.py", R"(
import socket, ssl, sys
context = ssl.create_default_context(cafile=sys.argv[1])
with context.wrap_socket(socket.create_connection(("localhost", int(sys.argv[2]))),
                         server_hostname="localhost", suppress_ragged_eofs=False) as s:
    s.sendall(b"hello" * 100000)
    print(s.recv(100), s.recv(100), s.unwrap() is not None)
)");
    write("server.py", R"(
import socket, ssl, sys
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(sys.argv[1], sys.argv[2])
with socket.create_server(("127.0.0.1", int(sys.argv[3]))) as listener:
    s = context.wrap_socket(listener.accept()[0], server_side=True)
    total = 0
    while piece := s.recv(65536):
        total += len(piece)
    s.sendall(str(total).encode())
    s.unwrap()
)");
    run([&] {
        const string output =
            served("python3 " + file("client.py") + ' ' + file("authority.pem") + " PORT",
                   [](test::tls_stream& stream) {
                       std::vector<std::byte> text(500'000);
                       stream.read_exactly(text);
                       stream.write_all(netio::buffer("HELLO"));
                       stream.shutdown_write();
                       EXPECT_EQ(test::read_text(stream), "");
                   });
        EXPECT_EQ(output, "b'HELLO' b'' True\n");

        const std::uint16_t port = free_port();
        auto server = start([&] {
            const string complaint = fibers::blocking([&] {
                return output_of("python3 " + file("server.py") + ' ' + file("certificate.pem") +
                                 ' ' + file("key.pem") + ' ' + std::to_string(port));
            });
            EXPECT_EQ(complaint, "");
        });
        const fibers::timeout_scope limit{10s};
        test::tls_stream stream{connect_to(port), netio::tls_client_context{client_options},
                                "localhost"};
        stream.write_all(test::pattern(500'000));
        stream.shutdown_write();
        EXPECT_EQ(test::read_text(stream), "500000");
        server.join();
    });
}

} // namespace
