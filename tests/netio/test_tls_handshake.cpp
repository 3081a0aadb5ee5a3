// Who may speak to whom, and what both agree upon.

#include <tests/fibers/errors.hpp>
#include <tests/netio/temporary_folder.hpp>
#include <tests/netio/tls_connections.hpp>

#include <array>
#include <chrono>
#include <fstream>
#include <system_error>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::tls_errc;
using netio::tls_version;
using std::string;

class TlsHandshake : public test::tls_everywhere {
  protected:
    static bool refuses_to_talk(test::tls_stream& stream) {
        std::error_code ec;
        std::array<std::byte, 1> byte;
        stream.read(byte, ec);
        return static_cast<bool>(ec);
    }

    /// Why a client that trusts `trusted` does not take this certificate.
    std::error_code refusal_of(const netio::tls_identity& identity,
                               const string& host = "localhost") {
        server_options.identities = {identity};
        std::error_code reason;
        run([&] {
            auto made = connect(host);
            reason = made.client_error;
            EXPECT_EQ(made.client.is_open(), !reason);
            // The server learns why it was left, or at least that.
            EXPECT_TRUE(!reason || made.server_error || refuses_to_talk(made.server));
        });
        return reason;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TlsHandshake, test::every_place);

TEST_P(TlsHandshake, TakesACertificateOfTheHostFromATrustedAuthority) {
    run([&] {
        auto made = connect();
        EXPECT_EQ(made.client_error, std::error_code{});
        EXPECT_EQ(made.server_error, std::error_code{});
        EXPECT_EQ(made.client.version(), tls_version::tls_1_3);
        EXPECT_EQ(made.client.host(), "localhost");
        EXPECT_EQ(made.server.host(), "localhost");
        EXPECT_EQ(made.client.peer_certificate(), server_options.identities[0].certificates);
        EXPECT_EQ(made.server.peer_certificate(), "");
        EXPECT_EQ(made.client.cipher(), made.server.cipher());
        EXPECT_FALSE(made.client.resumed());
    });
}

TEST_P(TlsHandshake, ChecksIpAddresses) {
    run([&] {
        EXPECT_EQ(connect("127.0.0.1").client_error, std::error_code{});
        EXPECT_EQ(connect("127.0.0.1").server.host(), "") << "an address is no name for SNI";
        EXPECT_EQ(connect("127.0.0.2").client_error, tls_errc::wrong_host);
        EXPECT_EQ(connect("::1").client_error, tls_errc::wrong_host);
        server_options.identities = {trusted.issue({.names = "IP:::1"})};
        EXPECT_EQ(connect("::1").client_error, std::error_code{});
    });
}

TEST_P(TlsHandshake, RefusesAnotherHostsCertificate) {
    EXPECT_EQ(refusal_of(trusted.issue({.names = "DNS:example.org"})), tls_errc::wrong_host);
}

TEST_P(TlsHandshake, AWildcardStandsForOneLabel) {
    const auto identity = trusted.issue({.names = "DNS:*.example.org"});
    EXPECT_EQ(refusal_of(identity, "www.example.org"), std::error_code{});
    EXPECT_EQ(refusal_of(identity, "a.b.example.org"), tls_errc::wrong_host);
    EXPECT_EQ(refusal_of(identity, "example.org"), tls_errc::wrong_host);
}

TEST_P(TlsHandshake, RefusesAnExpiredCertificate) {
    EXPECT_EQ(refusal_of(trusted.issue({.from = -2h, .until = -1h})),
              tls_errc::certificate_expired);
}

TEST_P(TlsHandshake, RefusesACertificateOfTheFuture) {
    EXPECT_EQ(refusal_of(trusted.issue({.from = 1h})), tls_errc::certificate_not_yet_valid);
}

TEST_P(TlsHandshake, RefusesTheCertificateOfAnUnknownAuthority) {
    EXPECT_EQ(refusal_of(test::authority{"another"}.issue()), tls_errc::unknown_authority);
}

TEST_P(TlsHandshake, TrustsNobodyOfTheSystemToVouchForATestsCertificate) {
    client_options = {};
    EXPECT_EQ(refusal_of(trusted.issue()), tls_errc::unknown_authority);
}

TEST_P(TlsHandshake, TakesAnyCertificateWhereItIsToldTo) {
    client_options.verify_peer = false;
    EXPECT_EQ(refusal_of(test::authority{"another"}.issue({.until = 0h})), std::error_code{});
}

TEST_P(TlsHandshake, AFailureNamesTheReasonAndThePeer) {
    server_options.identities = {trusted.issue({.until = 0h})};
    run([&] {
        auto [near, far] = test::connect();
        const string address = near.remote_endpoint().to_string();
        auto accepting = start([&, stream = &far] {
            std::error_code ec;
            test::tls_stream{std::move(*stream), netio::tls_server_context{server_options}, ec};
            EXPECT_TRUE(ec);
        });
        try {
            test::tls_stream{std::move(near), netio::tls_client_context{client_options},
                             "localhost"};
            ADD_FAILURE() << "it is expired";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.what(), "cannot make a TLS connection to localhost at " + address +
                                        ": The certificate has expired");
        }
        accepting.join();
    });
}

TEST_P(TlsHandshake, RefusesTextThatCanBeNoHost) {
    run([&] {
        for (const string& host : {string{}, string{"a\0b", 3}, string(256, 'a')})
            EXPECT_EQ(connect(host).client_error, std::errc::invalid_argument);
    });
}

TEST_P(TlsHandshake, AServerShowsTheCertificateOfTheNameThatIsAskedFor) {
    const auto a = trusted.issue({.names = "DNS:a.example"}),
               b = trusted.issue({.names = "DNS:b.example,DNS:*.b.example"});
    server_options.identities = {trusted.issue(), a, b};
    run([&] {
        EXPECT_EQ(connect("a.example").client.peer_certificate(), a.certificates);
        EXPECT_EQ(connect("b.example").client.peer_certificate(), b.certificates);
        EXPECT_EQ(connect("www.b.example").client.peer_certificate(), b.certificates);
        EXPECT_EQ(connect("B.Example").client.peer_certificate(), b.certificates);
        EXPECT_EQ(connect("localhost").client_error, std::error_code{});
        EXPECT_EQ(connect("c.example").client_error, tls_errc::wrong_host) << "it gets the first";
    });
}

TEST_P(TlsHandshake, AServersLikingDecidesOnTheApplicationProtocol) {
    server_options.application_protocols = {"h2", "http/1.1"};
    client_options.application_protocols = {"http/1.1", "h2"};
    run([&] {
        const auto made = connect();
        EXPECT_EQ(made.client.application_protocol(), "h2");
        EXPECT_EQ(made.server.application_protocol(), "h2");
    });
}

TEST_P(TlsHandshake, WithoutACommonApplicationProtocolItFails) {
    server_options.application_protocols = {"h2"};
    client_options.application_protocols = {"http/1.1"};
    run([&] {
        const auto made = connect();
        EXPECT_EQ(made.client_error.category(), netio::tls_category());
        EXPECT_NE(made.client_error.message().find("no application protocol"), string::npos)
            << made.client_error.message();
        EXPECT_TRUE(made.server_error);
    });
}

TEST_P(TlsHandshake, AnOfferOfApplicationProtocolsNeedsNoAnswer) {
    client_options.application_protocols = {"http/1.1"};
    run([&] {
        const auto made = connect();
        EXPECT_EQ(made.client_error, std::error_code{});
        EXPECT_EQ(made.client.application_protocol(), "");
    });
}

TEST_P(TlsHandshake, AServerChecksTheCertificatesOfItsClients) {
    server_options.client_certificate = netio::tls_client_certificate::required;
    server_options.authorities = trusted.certificate();
    run([&] {
        EXPECT_EQ(connect().server_error, tls_errc::certificate_required);
        client_options.identity = test::authority{"another"}.issue();
        EXPECT_EQ(connect().server_error, tls_errc::unknown_authority);
        client_options.identity = trusted.issue({.names = "DNS:client"});
        const auto made = connect();
        EXPECT_EQ(made.server_error, std::error_code{});
        EXPECT_EQ(made.server.peer_certificate(), client_options.identity->certificates);
    });
}

TEST_P(TlsHandshake, AClientLearnsThatItsCertificateIsMissing) {
    server_options.client_certificate = netio::tls_client_certificate::required;
    run([&] {
        auto made = connect();
        ASSERT_EQ(made.client_error, std::error_code{}) << "TLS 1.3 tells it later";
        std::array<std::byte, 1> byte;
        std::error_code ec;
        EXPECT_EQ(made.client.read(byte, ec), 0u);
        EXPECT_NE(ec.message().find("certificate required"), string::npos) << ec.message();
    });
}

TEST_P(TlsHandshake, ACertificateThatIsWelcomeMayBeMissing) {
    server_options.client_certificate = netio::tls_client_certificate::welcome;
    server_options.authorities = trusted.certificate();
    run([&] {
        EXPECT_EQ(connect().server_error, std::error_code{});
        client_options.identity = test::authority{"another"}.issue();
        EXPECT_EQ(connect().server_error, tls_errc::unknown_authority);
    });
}

TEST_P(TlsHandshake, BothMinimumVersionsHold) {
    run([&] {
        server_options.minimum_version = tls_version::tls_1_3;
        EXPECT_EQ(connect().client.version(), tls_version::tls_1_3);
        client_options.minimum_version = tls_version::tls_1_3;
        EXPECT_EQ(connect().client.version(), tls_version::tls_1_3);
    });
}

TEST_P(TlsHandshake, ASecondConnectionToAHostResumesTheSession) {
    run([&] {
        const netio::tls_client_context client{client_options};
        const netio::tls_server_context server{server_options};
        const auto exchange = [&](const string& host) {
            auto made = connect(client, server, host);
            made.server.write_all(netio::buffer("x"));
            std::array<std::byte, 1> byte;
            made.client.read_exactly(byte); // and the ticket ahead of it
            EXPECT_EQ(made.client.resumed(), made.server.resumed());
            EXPECT_EQ(made.client.peer_certificate(), server_options.identities[0].certificates);
            return made.client.resumed();
        };
        EXPECT_FALSE(exchange("localhost"));
        EXPECT_TRUE(exchange("localhost"));
        EXPECT_TRUE(exchange("localhost"));
        EXPECT_FALSE(exchange("127.0.0.1")) << "another host";
        EXPECT_TRUE(exchange("localhost"));
        EXPECT_TRUE(exchange("127.0.0.1"));
    });
}

TEST_P(TlsHandshake, OfTooManyHostsTheOldestSessionsAreForgotten) {
    client_options.remembered_sessions = 1;
    run([&] {
        const netio::tls_client_context client{client_options};
        const netio::tls_server_context server{server_options};
        const auto resumed = [&](const string& host) {
            auto made = connect(client, server, host);
            made.server.shutdown_write();
            EXPECT_EQ(test::read_text(made.client), "");
            return made.client.resumed();
        };
        EXPECT_FALSE(resumed("localhost"));
        EXPECT_FALSE(resumed("127.0.0.1"));
        EXPECT_FALSE(resumed("localhost"));
        EXPECT_TRUE(resumed("localhost"));
    });
}

TEST_P(TlsHandshake, ContextsRefuseWhatIsNoIdentity) {
    const auto good = trusted.issue(), other = trusted.issue();
    const auto failure_with = [&](const netio::tls_identity& identity) {
        std::error_code ec;
        netio::tls_server_context{{.identities = {identity}}, ec};
        return ec;
    };
    run([&] {
        EXPECT_EQ(failure_with(good), std::error_code{});
        EXPECT_EQ(failure_with({"", good.private_key}), tls_errc::invalid_certificate);
        EXPECT_EQ(failure_with({"no PEM", good.private_key}), tls_errc::invalid_certificate);
        string broken = good.certificates;
        broken.replace(broken.size() / 2, 4, "!!!!");
        EXPECT_EQ(failure_with({broken, good.private_key}), tls_errc::invalid_certificate);
        EXPECT_EQ(failure_with({good.certificates + broken, good.private_key}),
                  tls_errc::invalid_certificate);
        EXPECT_EQ(failure_with({good.certificates, "no PEM"}), tls_errc::invalid_private_key);
        EXPECT_EQ(failure_with({good.certificates, other.private_key}), tls_errc::key_mismatch);

        std::error_code ec;
        netio::tls_server_context{netio::tls_server_options{}, ec};
        EXPECT_EQ(ec, std::errc::invalid_argument);
        client_options.application_protocols = {""};
        EXPECT_THROW(netio::tls_client_context{client_options}, std::system_error);
        EXPECT_EQ(netio::tls_identity::from_files("/nowhere", "/nowhere", ec).certificates, "");
        EXPECT_EQ(ec, std::errc::no_such_file_or_directory);
        netio::tls_identity::from_files("/", "/", ec);
        EXPECT_EQ(ec, std::errc::is_a_directory);
    });
}

TEST_P(TlsHandshake, ContextsNameTheOptionThatIsAtFault) {
    run([&] {
        EXPECT_EQ(test::message_of([] { netio::tls_server_context{netio::tls_server_options{}}; }),
                  "cannot use the TLS option identities: Invalid argument");
        server_options.identities.push_back({"no PEM", "no PEM"});
        EXPECT_EQ(test::message_of([&] { netio::tls_server_context{server_options}; }),
                  "cannot use the TLS option identities[1]: Not a certificate");
        client_options.application_protocols = {"h2", ""};
        EXPECT_EQ(test::message_of([&] { netio::tls_client_context{client_options}; }),
                  "cannot use the TLS option application_protocols[1]: Invalid argument");
        client_options.authorities = "no PEM";
        EXPECT_EQ(test::message_of([&] { netio::tls_client_context{client_options}; }),
                  "cannot use the TLS option authorities: Not a certificate");
    });
}

TEST_P(TlsHandshake, IdentitiesNameTheFileThatIsAtFault) {
    const test::temporary_folder folder;
    const std::string certificate = folder / "certificate.pem", key = folder / "key.pem";
    const auto message_with = [&](const string& certificates, const string& private_key) {
        std::ofstream{certificate} << certificates;
        std::ofstream{key} << private_key;
        return test::message_of([&] { netio::tls_identity::from_files(certificate, key); });
    };
    run([&] {
        const auto good = trusted.issue(), other = trusted.issue();
        EXPECT_EQ(message_with(good.certificates, good.private_key), "");
        EXPECT_EQ(message_with("no PEM", good.private_key),
                  "cannot use " + certificate + ": Not a certificate");
        EXPECT_EQ(message_with(good.certificates, "no PEM"),
                  "cannot use " + key + ": Not a private key");
        EXPECT_EQ(message_with(good.certificates, other.private_key),
                  "cannot use " + key + ": The private key is another certificate's");
        EXPECT_EQ(
            test::message_of([&] { netio::tls_identity::from_files(certificate, "/nowhere"); }),
            "cannot use /nowhere: No such file or directory");
    });
}

} // namespace
