// Peers that stop, cut, reset, dribble, or speak something else.

#include <tests/netio/tls_connections.hpp>

#include <fibers/timeout.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <system_error>
#include <vector>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

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

/// OpenSSL's server as a test drives it: what goes in, and what comes out, goes through its hands.
class server_by_hand {
  public:
    /// Its records are small, and its tickets, with the client's certificate in them, are not.
    explicit server_by_hand(const netio::tls_identity& identity)
        : context_{SSL_CTX_new(TLS_server_method()), SSL_CTX_free} {
        SSL_CTX_set_max_send_fragment(context_.get(), 512);
        SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
        SSL_CTX_set_session_id_context(context_.get(),
                                       reinterpret_cast<const unsigned char*>("test"), 4);
        const auto read = [](const std::string& pem, auto from) {
            BIO* const text = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
            auto* const made = from(text, nullptr, nullptr, nullptr);
            BIO_free(text);
            return made;
        };
        X509* const certificate = read(identity.certificates, PEM_read_bio_X509);
        EVP_PKEY* const key = read(identity.private_key, PEM_read_bio_PrivateKey);
        SSL_CTX_use_cert_and_key(context_.get(), certificate, key, nullptr, 1);
        X509_free(certificate);
        EVP_PKEY_free(key);
        ssl_ = {SSL_new(context_.get()), SSL_free};
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(ssl_.get());
    }

    /// Takes in what the client has sent; returns what there is to be sent.
    std::vector<std::byte> answer(netio::tcp_stream& from) {
        std::array<std::byte, 4096> bytes;
        const std::size_t count = from.read(bytes);
        BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(count));
        SSL_do_handshake(ssl_.get());
        return output();
    }

    bool is_done() const { return SSL_is_init_finished(ssl_.get()); }

    std::string read() {
        std::array<char, 100> text;
        const int count = SSL_read(ssl_.get(), text.data(), text.size());
        return {text.data(), static_cast<std::size_t>(std::max(count, 0))};
    }

    std::vector<std::byte> say(const std::string& text) {
        SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
        return output();
    }

  private:
    std::vector<std::byte> output() {
        std::vector<std::byte> bytes(1 << 16);
        const int count =
            BIO_read(SSL_get_wbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
        bytes.resize(static_cast<std::size_t>(std::max(count, 0)));
        return bytes;
    }

    std::shared_ptr<SSL_CTX> context_;
    std::shared_ptr<SSL> ssl_;
};

std::size_t begin_of_last_record(std::span<const std::byte> records) {
    std::size_t last = 0;
    for (std::size_t next = 0; next < records.size();) {
        last = next;
        next += 5 + std::to_integer<std::size_t>(records[next + 3]) * 256 +
                std::to_integer<std::size_t>(records[next + 4]);
    }
    return last;
}

/// OpenSSL writes nothing while it has only half of a message that belongs to the handshake.
TEST_P(TlsFault, AHalfTicketHoldsUpWritingUntilTheOtherHalfComes) {
    client_options.identity = trusted.issue();
    const netio::tls_client_context context{client_options};
    for (const bool somebody_reads : {false, true})
        run([&] {
            auto [near, far] = test::connect();
            server_by_hand server{server_options.identities[0]};
            tls_stream client;
            auto connecting = start([&, stream = &near] {
                client = tls_stream{std::move(*stream), context, "localhost"};
            });
            std::vector<std::byte> tickets;
            for (;;) {
                tickets = server.answer(far);
                if (server.is_done())
                    break;
                far.write_all(tickets);
            }
            connecting.join();
            const auto half = std::span{tickets}.first(begin_of_last_record(tickets));
            far.write_all(half);

            std::array<std::byte, 1> byte;
            test::task reader;
            if (somebody_reads) {
                reader = start([&] { client.read_exactly(byte); });
                settle();
            } else {
                const fibers::timeout_scope limit{30ms};
                std::error_code ec;
                client.read(byte, ec);
                EXPECT_EQ(ec, std::errc::timed_out);
            }
            std::atomic<bool> written = false;
            auto writer = start([&] {
                client.write_all(netio::buffer("written"));
                written = true;
            });
            settle();
            EXPECT_FALSE(written);
            far.write_all(std::span{tickets}.subspan(half.size()));
            writer.join();
            server.answer(far);
            EXPECT_EQ(server.read(), "written");
            far.write_all(server.say("!"));
            if (somebody_reads)
                reader.join();
            else
                client.read_exactly(byte);
            EXPECT_EQ(std::to_integer<char>(byte[0]), '!');
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
