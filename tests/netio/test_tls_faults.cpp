// Peers that stop, cut, reset, dribble, or speak something else.

#include <tests/netio/tls_connections.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <system_error>
#include <vector>

#include <openssl/err.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::tls_errc;
using test::tls_stream;

class TlsFault : public test::tls_everywhere {
  protected:
    std::error_code failure_of_client(netio::tcp_stream& stream) {
        std::error_code ec;
        tls_stream{std::move(stream), netio::tls_client_context{client_options}, "localhost", ec};
        return ec;
    }

    std::error_code failure_of_server(netio::tcp_stream& stream) {
        std::error_code ec;
        tls_stream{std::move(stream), netio::tls_server_context{server_options}, ec};
        return ec;
    }

    /// What a client says first.
    std::vector<std::byte> hello() {
        auto [near, far] = test::connect();
        auto client = start([&, stream = &near] { failure_of_client(*stream); });
        std::vector<std::byte> bytes(1024);
        bytes.resize(far.read(bytes));
        far.close();
        client.join();
        return bytes;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TlsFault, test::every_place);

TEST_P(TlsFault, PlainBytesAtAServerAreNotTls) {
    run([&] {
        for (const char* const text :
             {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "hello, who is there?\n"}) {
            auto [near, far] = test::connect();
            near.write_all(netio::buffer(text));
            EXPECT_EQ(failure_of_server(far), tls_errc::not_tls) << text;
        }
    });
}

TEST_P(TlsFault, PlainBytesFromAServerAreNotTls) {
    run([&] {
        auto [near, far] = test::connect();
        far.write_all(netio::buffer("220 mail.example ESMTP\r\n"));
        EXPECT_EQ(failure_of_client(near), tls_errc::not_tls);
    });
}

TEST_P(TlsFault, AnEndDuringTheHandshakeIsATruncation) {
    run([&] {
        auto [near, far] = test::connect();
        far.shutdown_write();
        EXPECT_EQ(failure_of_client(near), tls_errc::truncated);
        const auto bytes = hello();
        for (const std::size_t size :
             {std::size_t{0}, std::size_t{1}, bytes.size() / 2, bytes.size()}) {
            auto [client, server] = test::connect();
            client.write_all(std::span{bytes}.first(size));
            client.shutdown_write();
            EXPECT_EQ(failure_of_server(server), tls_errc::truncated) << size;
        }
    });
}

TEST_P(TlsFault, AResetDuringTheHandshakeIsAReset) {
    run([&] {
        auto [near, far] = test::connect();
        auto client = start([&, stream = &near] {
            EXPECT_EQ(failure_of_client(*stream), std::errc::connection_reset);
        });
        std::array<std::byte, 10> some;
        far.read_exactly(some);
        test::reset(far);
        client.join();
    });
}

TEST_P(TlsFault, APeerThatStopsInTheMiddleOfTheHandshakeIsLeftAtTheDeadline) {
    run([&] {
        const auto bytes = hello();
        auto [near, far] = test::connect();
        near.write_all(std::span{bytes}.first(bytes.size() / 2));
        auto [client, server] = test::connect();
        {
            const fibers::timeout_scope limit{30ms};
            EXPECT_EQ(failure_of_server(far), std::errc::timed_out);
            EXPECT_EQ(failure_of_client(client), std::errc::timed_out);
        }
        EXPECT_EQ(test::read_text(near), "") << "what was below is closed";
    });
}

TEST_P(TlsFault, GarbageAfterTheHandshakeEndsTheConnectionForBoth) {
    run([&] {
        auto made = connect();
        made.client.next_layer().write_all(netio::buffer("this is no record of TLS at all"));
        std::array<std::byte, 1> byte;
        std::error_code ec, again;
        made.server.read(byte, ec);
        EXPECT_EQ(ec.category(), netio::tls_category());
        made.server.write_all(netio::buffer("x"), again);
        EXPECT_EQ(again, ec) << "it stays so";
        // The client is told by an alert.
        made.client.read(byte, ec);
        EXPECT_EQ(ec.category(), netio::tls_category());
        EXPECT_NE(ec, tls_errc::truncated);
    });
}

TEST_P(TlsFault, AForgedRecordIsNotTaken) {
    run([&] {
        auto made = connect();
        // The head of a record of 32 bytes, and these.
        std::vector<std::byte> record(5 + 32);
        record[0] = std::byte{23};
        record[1] = record[2] = std::byte{3};
        record[4] = std::byte{32};
        made.client.next_layer().write_all(record);
        std::array<std::byte, 1> byte;
        std::error_code ec;
        EXPECT_EQ(made.server.read(byte, ec), 0u);
        EXPECT_NE(ec.message().find("bad record mac"), std::string::npos) << ec.message();
    });
}

/// What one fiber's connection suffers is not what another's does next, on the same thread.
TEST_P(TlsFault, FailuresOfOneConnectionDoNotReachAnother) {
    run([&] {
        auto good = connect();
        auto echo = start([&] {
            std::array<std::byte, 1> byte;
            while (good.server.read(byte) != 0)
                good.server.write_all(byte);
        });
        for (int i = 0; i != 10; ++i) {
            auto [near, far] = test::connect();
            near.write_all(netio::buffer("GET / HTTP/1.1\r\n\r\n"));
            EXPECT_EQ(failure_of_server(far), tls_errc::not_tls);
            ERR_raise(ERR_LIB_USER, 1); // as a careless neighbour leaves it
            std::array<std::byte, 1> byte{std::byte{42}};
            good.client.write_all(byte);
            good.client.read_exactly(byte);
        }
        ERR_clear_error();
        good.client.shutdown_write();
        echo.join();
    });
}

/// A stream that moves one byte at a time.
class dribble {
  public:
    explicit dribble(netio::tcp_stream below) : below_{std::move(below)} {}

    std::size_t read(netio::mutable_buffer into, std::error_code& ec) {
        return below_.read(into.first(1), ec);
    }
    std::size_t write(netio::const_buffer from, std::error_code& ec) {
        return below_.write(from.first(1), ec);
    }
    void close() noexcept { below_.close(); }

  private:
    netio::tcp_stream below_;
};

TEST_P(TlsFault, AnyStreamWillDoAndItsPiecesDoNotMatter) {
    run([&] {
        auto [near, far] = test::connect();
        const netio::tls_server_context context{server_options};
        const auto sent = test::pattern(3000);
        auto server = start([&, stream = &far] {
            netio::tls_stream taken{dribble{std::move(*stream)}, context};
            std::vector<std::byte> received(sent.size());
            taken.read_exactly(received);
            taken.write_all(received);
        });
        netio::tls_stream client{dribble{std::move(near)},
                                 netio::tls_client_context{client_options}, "localhost"};
        client.write_all(sent);
        std::vector<std::byte> received(sent.size());
        client.read_exactly(received);
        EXPECT_TRUE(received == sent);
        EXPECT_EQ(client.read(received), 0u);
        server.join();
    });
}

TEST_P(TlsFault, TlsGoesOverTlsToo) {
    run([&] {
        auto outer = connect();
        const netio::tls_server_context context{server_options};
        auto server = start([&] {
            netio::tls_stream inner{std::move(outer.server), context};
            inner.write_all(netio::buffer("inside"));
        });
        netio::tls_stream inner{std::move(outer.client), netio::tls_client_context{client_options},
                                "localhost"};
        std::array<std::byte, 6> text;
        inner.read_exactly(text);
        EXPECT_EQ(inner.read(text), 0u);
        server.join();
    });
}

} // namespace
