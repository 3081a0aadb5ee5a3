#include <netio/error.hpp>

#include <gtest/gtest.h>

namespace {

TEST(NetioError, ConvertsToAnErrorCodeOfItsCategory) {
    const std::error_code ec = netio::errc::end_of_stream;
    EXPECT_TRUE(ec);
    EXPECT_STREQ(ec.category().name(), "netio");
    EXPECT_EQ(ec.message(), "End of stream");
    EXPECT_EQ(ec, netio::errc::end_of_stream);
}

TEST(NetioError, WhatCannotBeParsedIsAnInvalidArgument) {
    for (const netio::errc code : {netio::errc::invalid_address, netio::errc::missing_port,
                                   netio::errc::invalid_port, netio::errc::port_out_of_range,
                                   netio::errc::missing_host, netio::errc::invalid_unix_address})
        EXPECT_EQ(make_error_code(code), std::errc::invalid_argument);
    EXPECT_NE(make_error_code(netio::errc::end_of_stream), std::errc::invalid_argument);
}

TEST(NetioError, UnknownValuesHaveAMessageToo) {
    EXPECT_EQ(netio::netio_category().message(99), "Unknown error 99");
}

} // namespace
