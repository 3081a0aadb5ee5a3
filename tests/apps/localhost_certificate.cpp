#include <tests/apps/localhost_certificate.hpp>

#include <tests/apps/process.hpp>

#include <gtest/gtest.h>

#include <stdlib.h>

localhost_certificate::localhost_certificate() {
    std::string name = testing::TempDir() + "weft_certificate_XXXXXX";
    folder_ = ::mkdtemp(name.data());
    const finished openssl =
        run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
             "subjectAltName=DNS:localhost", "-keyout", key(), "-out", file()},
            "");
    EXPECT_EQ(openssl.code, 0) << openssl.err;
}

localhost_certificate::~localhost_certificate() {
    std::filesystem::remove_all(folder_);
}
