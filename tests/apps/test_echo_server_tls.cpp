#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include <stdlib.h>

namespace {

/// A folder with a certificate for localhost and its key, as a person makes them.
class EchoServerTls : public testing::Test {
  protected:
    EchoServerTls() {
        std::string name = testing::TempDir() + "weft_echo_tls_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        const finished openssl =
            run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
                 "subjectAltName=DNS:localhost", "-keyout", key(), "-out", certificate()},
                "");
        EXPECT_EQ(openssl.code, 0) << openssl.err;
    }
    ~EchoServerTls() override { std::filesystem::remove_all(folder_); }

    std::string certificate() const { return folder_ / "certificate.pem"; }
    std::string key() const { return folder_ / "key.pem"; }

  private:
    std::filesystem::path folder_;
};

TEST_F(EchoServerTls, AnswersOpenssl) {
    const running_server server =
        echo_server({"--tls", "--certificate", certificate(), "--key", key()});
    const std::string client = "openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile " +
                               certificate() + " -connect localhost:" + server.port_text();
    const finished secured = run({"sh", "-c", "(echo hello; sleep 1) | " + client}, "");
    EXPECT_EQ(secured.out, "hello\n") << secured.err;
    const finished plain = run({"nc", "-N", "127.0.0.1", server.port_text()}, "hello, you\n");
    EXPECT_EQ(plain.out.find("hello"), std::string::npos) << "that was no TLS";
    EXPECT_EQ(server.err(), "") << "anybody can do that";
}

TEST_F(EchoServerTls, SaysWhichFileItCannotRead) {
    const finished server = run({WEFT_APPS_DIR "/echo_server", "--port", "0", "--tls",
                                 "--certificate", "/nowhere.pem", "--key", key()},
                                "");
    EXPECT_EQ(server.code, 1);
    EXPECT_NE(server.err.find("/nowhere.pem"), std::string::npos) << server.err;
}

TEST_F(EchoServerTls, NeedsBothFiles) {
    const finished server = run(
        {WEFT_APPS_DIR "/echo_server", "--port", "0", "--tls", "--certificate", certificate()}, "");
    EXPECT_NE(server.code, 0);
    EXPECT_NE(server.err.find("--key"), std::string::npos) << server.err;
}

} // namespace
