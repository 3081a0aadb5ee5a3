#include <netio/error.hpp>
#include <netio/unix_endpoint.hpp>

#include <tests/fibers/errors.hpp>

#include <cstring>
#include <string>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

namespace {

using netio::unix_endpoint;

unix_endpoint through_the_system(const unix_endpoint& e) {
    sockaddr_storage native;
    const std::size_t size = e.to_native(native);
    return unix_endpoint::from_native(native, size);
}

TEST(UnixEndpoint, ReadsAndWritesText) {
    const unix_endpoint path{"unix:/run/a.sock"}, abstract{"unix:@name"}, unnamed{"unix:"};
    EXPECT_TRUE(path.is_path());
    EXPECT_EQ(path.path(), "/run/a.sock");
    EXPECT_TRUE(abstract.is_abstract());
    EXPECT_EQ(abstract.abstract_name(), "name");
    EXPECT_TRUE(unnamed.is_unnamed());
    for (const auto& each : {path, abstract, unnamed}) {
        EXPECT_EQ(unix_endpoint{each.to_string()}, each);
        EXPECT_EQ(through_the_system(each), each);
    }
    EXPECT_NE(path, abstract);
}

TEST(UnixEndpoint, TextThatIsNoneIsRefused) {
    for (const char* text : {"", "/run/a.sock", "tcp:80", "UNIX:/a"}) {
        std::error_code ec;
        unix_endpoint::parse(text, ec);
        EXPECT_EQ(ec, netio::errc::invalid_unix_address) << text;
    }
    std::error_code ec;
    unix_endpoint::from_path("", ec);
    EXPECT_EQ(ec, netio::errc::invalid_unix_address);
    unix_endpoint::from_path(std::string{"a\0b", 3}, ec);
    EXPECT_EQ(ec, netio::errc::invalid_unix_address);
}

TEST(UnixEndpoint, TheErrorShowsHowAnAddressLooks) {
    EXPECT_EQ(test::message_of([] { unix_endpoint{"/run/a.sock"}; }),
              "cannot make a Unix address of \"/run/a.sock\": Not the address of a Unix socket, "
              "unix:/path or unix:@name");
}

TEST(UnixEndpoint, TooLongAPathIsRefusedAndSaysSo) {
    const std::string longest(unix_endpoint::longest, 'a');
    EXPECT_EQ(through_the_system(unix_endpoint::from_path(longest)).path(), longest);
    EXPECT_EQ(through_the_system(unix_endpoint::from_abstract_name(longest)).abstract_name(),
              longest);
    try {
        unix_endpoint{"unix:" + longest + 'a'};
        ADD_FAILURE() << "did not throw";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), std::errc::filename_too_long);
        EXPECT_NE(std::string{e.what()}.find("File name too long"), std::string::npos);
    }
    std::error_code ec;
    unix_endpoint::from_abstract_name(longest + 'a', ec);
    EXPECT_EQ(ec, std::errc::filename_too_long);
}

TEST(UnixEndpoint, AnAbstractNameHasAnyBytes) {
    const std::string bytes{"a\0\n", 3};
    const auto name = unix_endpoint::from_abstract_name(bytes);
    EXPECT_EQ(through_the_system(name).abstract_name(), bytes);
    EXPECT_EQ(name.to_string(), "unix:@a\\x00\\x0a");
}

TEST(UnixEndpoint, APathOfTheSystemMayLackItsZero) {
    sockaddr_un native{};
    native.sun_family = AF_UNIX;
    std::memset(native.sun_path, 'x', sizeof native.sun_path);
    sockaddr_storage storage;
    std::memcpy(&storage, &native, sizeof native);
    const auto full = unix_endpoint::from_native(storage, sizeof native);
    EXPECT_EQ(full.path(), std::string(sizeof native.sun_path, 'x'));
    EXPECT_EQ(through_the_system(full), full);
}

TEST(UnixEndpoint, OtherFamiliesAreRefused) {
    sockaddr_storage native{};
    native.ss_family = AF_INET;
    std::error_code ec;
    unix_endpoint::from_native(native, sizeof native, ec);
    EXPECT_EQ(ec, std::errc::address_family_not_supported);
}

} // namespace
