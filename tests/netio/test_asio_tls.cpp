// Asio's TLS, both ends of it, on our streams.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/asio.hpp>
#include <netio/process.hpp>
#include <netio/tls_stream.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

namespace asio = boost::asio;
using netio::asio_stream;
using netio::tcp_stream;
using tls_stream = asio::ssl::stream<asio_stream<tcp_stream&>>;

// Our own TLS is one more stream.
static_assert(netio::stream<netio::tls_stream<tcp_stream>>);
static_assert(boost::beast::is_sync_stream<asio_stream<netio::tls_stream<tcp_stream>>>::value);

class AsioTls : public test::everywhere {
  protected:
    /// For localhost, signed by itself.
    void make_certificate() {
        auto openssl = netio::process::spawn(
            "openssl", {.arguments = {"req", "-x509", "-newkey", "ec", "-pkeyopt",
                                      "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                                      "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                                      "-keyout", key_, "-out", certificate_},
                        .error_output = netio::process_stream::none});
        ASSERT_TRUE(openssl.wait().success());
    }

    const test::temporary_folder folder_;
    const std::string key_ = folder_ / "key.pem", certificate_ = folder_ / "certificate.pem";
};
INSTANTIATE_TEST_SUITE_P(Everywhere, AsioTls, test::every_place);

TEST_P(AsioTls, ShakesHandsExchangesAndEndsInOrder) {
    run([&] {
        make_certificate();
        auto [client, server] = test::connect();
        const auto bytes = test::pattern(300'000);

        auto echoing = start([&, &stream = server] {
            asio::ssl::context context{asio::ssl::context::tls_server};
            context.use_certificate_file(certificate_, asio::ssl::context::pem);
            context.use_private_key_file(key_, asio::ssl::context::pem);
            tls_stream tls{asio_stream<tcp_stream&>{stream}, context};
            tls.handshake(asio::ssl::stream_base::server);
            std::vector<std::byte> received(bytes.size());
            asio::read(tls, asio::buffer(received));
            asio::write(tls, asio::buffer(received));
            boost::system::error_code ec;
            tls.shutdown(ec);
            EXPECT_FALSE(ec) << ec.message();
        });

        asio::ssl::context context{asio::ssl::context::tls_client};
        context.load_verify_file(certificate_);
        tls_stream tls{asio_stream<tcp_stream&>{client}, context};
        tls.set_verify_mode(asio::ssl::verify_peer);
        tls.set_verify_callback(asio::ssl::host_name_verification{"localhost"});
        tls.handshake(asio::ssl::stream_base::client);
        asio::write(tls, asio::buffer(bytes));
        std::vector<std::byte> received(bytes.size());
        asio::read(tls, asio::buffer(received));
        EXPECT_TRUE(received == bytes);
        boost::system::error_code ec;
        EXPECT_EQ(tls.read_some(asio::buffer(received), ec), 0u);
        EXPECT_EQ(ec, asio::error::eof);
        tls.shutdown(ec);
        echoing.join();
    });
}

TEST_P(AsioTls, TellsATruncatedStreamFromAnEnd) {
    run([&] {
        make_certificate();
        auto [client, server] = test::connect();
        auto cutting = start([&, &stream = server] {
            asio::ssl::context context{asio::ssl::context::tls_server};
            context.use_certificate_file(certificate_, asio::ssl::context::pem);
            context.use_private_key_file(key_, asio::ssl::context::pem);
            tls_stream tls{asio_stream<tcp_stream&>{stream}, context};
            tls.handshake(asio::ssl::stream_base::server);
            stream.close();
        });
        asio::ssl::context context{asio::ssl::context::tls_client};
        tls_stream tls{asio_stream<tcp_stream&>{client}, context};
        tls.handshake(asio::ssl::stream_base::client);
        cutting.join();
        std::array<char, 1> byte;
        boost::system::error_code ec;
        tls.read_some(asio::buffer(byte), ec);
        EXPECT_EQ(ec, asio::ssl::error::stream_truncated);
    });
}

} // namespace
