// https_get against http_server.

#include <tests/apps/client.hpp>
#include <tests/apps/localhost_certificate.hpp>
#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

class HttpsGet : public testing::Test {
  protected:
    HttpsGet() { site_.write("large.bin", large); }

    /// What it says of the path; as to whom it trusts, that is in the environment.
    finished get(const std::string& path, const std::string& authorities,
                 const std::string& host = "localhost") const {
        return run({"env", "SSL_CERT_FILE=" + authorities, "SSL_CERT_DIR=/nowhere",
                    WEFT_APPS_DIR "/https_get",
                    "https://" + host + ":" + server_.port_text() + path});
    }

    const std::string large = random_bytes(1'000'000);
    const localhost_certificate certificate;

  private:
    const web_site site_;
    const running_server server_ =
        site_.serve({"--tls", "--certificate", certificate.file(), "--key", certificate.key()});
};

TEST_F(HttpsGet, FetchesAPage) {
    const finished fetched = get("/large.bin?query#fragment", certificate.file());
    EXPECT_EQ(fetched.code, 0) << fetched.err;
    EXPECT_TRUE(fetched.out == large);
}

TEST_F(HttpsGet, SaysWhatTheServerSays) {
    const finished missing = get("/missing", certificate.file());
    EXPECT_EQ(missing.code, 1);
    EXPECT_EQ(missing.out, "");
    EXPECT_EQ(missing.err, "https_get: the server says 404 Not Found\n");
}

TEST_F(HttpsGet, TrustsNobodyElse) {
    const localhost_certificate other;
    const finished untrusted = get("/large.bin", other.file());
    EXPECT_EQ(untrusted.code, 1);
    EXPECT_EQ(untrusted.out, "");
    const finished wrong_host = get("/large.bin", certificate.file(), "127.0.0.1");
    EXPECT_EQ(wrong_host.code, 1);
    EXPECT_EQ(wrong_host.out, "");
}

} // namespace
