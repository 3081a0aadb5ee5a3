// Dates, paths and errors: what needs no connection.

#include <netio/http/date.hpp>
#include <netio/http/error.hpp>
#include <netio/http/target.hpp>

#include <chrono>
#include <optional>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono;
using netio::http::normalized_path;
using netio::http::parse_http_date;
using netio::http::percent_decode;
using netio::http::percent_encode_path;
using netio::http::to_http_date;

constexpr sys_seconds example = sys_days{1994y / November / 6} + 8h + 49min + 37s;

TEST(HttpDate, IsWrittenAsTheStandardsExample) {
    EXPECT_EQ(to_http_date(example), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(to_http_date(sys_seconds{}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(to_http_date(sys_days{2024y / February / 29} + 23h + 59min + 59s),
              "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(HttpDate, IsReadAsItIsWritten) {
    for (auto moment = example; moment < example + days{800}; moment += hours{7} + seconds{13})
        ASSERT_EQ(parse_http_date(to_http_date(moment)), moment);
}

TEST(HttpDate, IsNothingElse) {
    for (const char* text : {"", "Sun", "Mon, 06 Nov 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 31 Feb 1994 08:49:37 GMT",
                             "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
                             "Sun, +6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ",
                             "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"})
        EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
}

TEST(HttpTarget, IsDecoded) {
    EXPECT_EQ(percent_decode("/a%20b%2Fc+%c3%a4"), "/a b/c+\xc3\xa4");
    EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
    for (const char* text : {"%", "%1", "%zz", "%1g", "%+1", "% 1", "a%"})
        EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(HttpTarget, IsEncodedAndReadBack) {
    std::string all;
    for (int c = 0; c != 256; ++c)
        all += static_cast<char>(c);
    EXPECT_EQ(percent_decode(percent_encode_path(all)), all);
    EXPECT_EQ(percent_encode_path("/a b?c#d%"), "/a%20b%3Fc%23d%25");
}

TEST(HttpTarget, NeverLeadsAboveTheRoot) {
    EXPECT_EQ(normalized_path("/"), "/");
    EXPECT_EQ(normalized_path("//a//b/"), "/a/b/");
    EXPECT_EQ(normalized_path("/a/./b/../c"), "/a/c");
    EXPECT_EQ(normalized_path("/a/.."), "/");
    EXPECT_EQ(normalized_path("/a/b/."), "/a/b/");
    EXPECT_EQ(normalized_path("/..."), "/...");
    for (const char* path : {"", "a", "/..", "/../a", "/a/../..", "/a/../../b", "//.."})
        EXPECT_EQ(normalized_path(path), std::nullopt) << path;
}

TEST(HttpError, HasAStatusAndWordsOfItsOwn) {
    using netio::http::errc;
    std::set<std::string> messages;
    std::set<netio::http::status> statuses;
    for (int value = 1; value <= static_cast<int>(errc::timeout); ++value) {
        const auto code = static_cast<errc>(value);
        messages.insert(make_error_code(code).message());
        statuses.insert(status_for(code));
    }
    EXPECT_EQ(messages.size(), 8u);
    EXPECT_EQ(statuses.size(), 8u);
    EXPECT_TRUE(make_error_code(errc::timeout) == std::errc::timed_out);
    EXPECT_FALSE(make_error_code(errc::bad_request) == std::errc::timed_out);
}

} // namespace
