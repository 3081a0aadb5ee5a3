#include <tests/apps/localhost_certificate.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

class EchoServerTls : public testing::Test {
  protected:
    std::string certificate() const { return certificate_.file(); }
    std::string key() const { return certificate_.key(); }

  private:
    const localhost_certificate certificate_;
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
