// What is exchanged after the handshake, and how it ends.

#include <tests/fibers/errors.hpp>
#include <tests/netio/tls_connections.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>
#include <netio/copy.hpp>
#include <netio/stream.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::tls_errc;
using test::tls_stream;

static_assert(netio::stream<tls_stream>);

class TlsStream : public test::tls_everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TlsStream, test::every_place);

TEST_P(TlsStream, WhatOneWritesTheOtherReads) {
    run([&] {
        auto [client, server, client_error, server_error] = connect();
        client.write_all(netio::buffer("question"));
        std::array<std::byte, 8> question;
        server.read_exactly(question);
        EXPECT_TRUE(std::ranges::equal(question, netio::buffer("question")));
        server.write_all(netio::buffer("answer"));
        server.shutdown_write();
        EXPECT_EQ(test::read_text(client), "answer");
    });
}

TEST_P(TlsStream, OneReadsWhileAnotherWritesTheSameStreamBothWays) {
    run([&] {
        auto made = connect();
        const auto upwards = test::pattern(4 << 20, 1), downwards = test::pattern(4 << 20, 2);
        const auto write = [&](tls_stream& stream, const std::vector<std::byte>& bytes) {
            return start([&] {
                stream.write_all(bytes);
                stream.shutdown_write();
            });
        };
        const auto read = [&](tls_stream& stream, const std::vector<std::byte>& expected) {
            return start([&] {
                std::vector<std::byte> received(expected.size());
                stream.read_exactly(received);
                EXPECT_TRUE(received == expected);
                EXPECT_EQ(stream.read(received), 0u);
            });
        };
        std::vector<test::task> tasks;
        tasks.push_back(write(made.client, upwards));
        tasks.push_back(write(made.server, downwards));
        tasks.push_back(read(made.client, downwards));
        tasks.push_back(read(made.server, upwards));
        for (auto& task : tasks)
            task.join();
    });
}

TEST_P(TlsStream, RecordsOfOneByteArrive) {
    run([&] {
        auto made = connect();
        const auto sent = test::pattern(2000);
        auto writer = start([&] {
            for (const std::byte& byte : sent)
                made.client.write_all({&byte, 1});
            made.client.shutdown_write();
        });
        std::vector<std::byte> received(sent.size());
        made.server.read_exactly(received);
        EXPECT_TRUE(received == sent);
        EXPECT_EQ(made.server.read(received), 0u);
        writer.join();
    });
}

TEST_P(TlsStream, SeveralReadersAndWritersTakeTurns) {
    run([&] {
        auto made = connect();
        constexpr std::size_t each = 300, writers = 3;
        std::vector<test::task> tasks;
        std::atomic<std::size_t> received = 0;
        for (std::size_t i = 0; i != writers; ++i) {
            tasks.push_back(start([&] {
                for (std::size_t n = 0; n != each; ++n)
                    made.client.write_all(netio::buffer("0123456789"));
            }));
            tasks.push_back(start([&] {
                std::array<std::byte, 10> piece;
                while (const std::size_t count = made.server.read(piece))
                    received += count;
            }));
        }
        for (std::size_t i = 0; i != writers; ++i)
            tasks[2 * i].join();
        made.client.shutdown_write();
        for (std::size_t i = 0; i != writers; ++i)
            tasks[2 * i + 1].join();
        EXPECT_EQ(received, writers * each * 10);
    });
}

TEST_P(TlsStream, AnEndThatWasSaidIsAnEnd) {
    run([&] {
        auto made = connect();
        made.client.write_all(netio::buffer("all"));
        made.client.shutdown_write();
        EXPECT_EQ(test::read_text(made.server), "all");
        EXPECT_EQ(test::read_text(made.server), "") << "it stays the end";
        // The other way is still open.
        made.server.write_all(netio::buffer("reply"));
        made.server.close();
        EXPECT_EQ(test::read_text(made.client), "reply");
        std::error_code ec;
        made.client.write(netio::buffer("more"), ec);
        EXPECT_EQ(ec, std::errc::broken_pipe);
    });
}

TEST_P(TlsStream, AnEndThatWasNotSaidIsATruncation) {
    run([&] {
        auto made = connect();
        made.client.write_all(netio::buffer("half"));
        made.client.next_layer().shutdown_write();
        std::array<std::byte, 4> text;
        made.server.read_exactly(text);
        std::error_code ec;
        EXPECT_EQ(made.server.read(text, ec), 0u);
        EXPECT_EQ(ec, tls_errc::truncated);
        try {
            made.server.read(text);
            ADD_FAILURE() << "it is cut off";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), tls_errc::truncated);
            EXPECT_EQ(error.what(), "cannot read from localhost at " +
                                        made.server.next_layer().remote_endpoint().to_string() +
                                        ": The connection was cut off");
        }
        made.server.write_all(netio::buffer("still goes"));
    });
}

TEST_P(TlsStream, ThatWasMovedFromFailsAndHasNobodyToName) {
    run([&] {
        auto made = connect();
        const tls_stream now = std::move(made.client);
        std::array<std::byte, 1> byte;
        EXPECT_EQ(test::message_of([&] { made.client.read(byte); }),
                  "cannot read from nobody: Bad file descriptor");
        EXPECT_EQ(test::message_of([&] { netio::copy(made.client, made.server); }),
                  "cannot copy from nobody to " + made.server.name() + ": Bad file descriptor");
    });
}

TEST_P(TlsStream, ReadExactlyTellsHowFarItGot) {
    run([&] {
        auto made = connect();
        made.client.write_all(netio::buffer("abc"));
        made.client.shutdown_write();
        std::array<std::byte, 5> text;
        std::error_code ec;
        EXPECT_EQ(made.server.read_exactly(text, ec), 3u);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
    });
}

TEST_P(TlsStream, DestroyingAStreamSaysGoodbye) {
    run([&] {
        auto made = connect();
        made.client = {};
        EXPECT_EQ(test::read_text(made.server), "");
    });
}

TEST_P(TlsStream, CloseWakesWhoeverReads) {
    run([&] {
        auto made = connect();
        auto reader = start([&] {
            std::array<std::byte, 1> byte;
            std::error_code ec;
            made.client.read(byte, ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        });
        settle();
        made.client.close();
        reader.join();
        EXPECT_FALSE(made.client.is_open());
        std::error_code ec;
        made.client.write_all(netio::buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        made.client.shutdown_write(ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        made.client.close();
        EXPECT_EQ(test::read_text(made.server), "") << "it was told";
    });
}

TEST_P(TlsStream, CloseWakesWhoeverWritesAndWhoeverIsToWriteNext) {
    run([&] {
        auto made = connect();
        const auto write_until_closed = [&] {
            return start([&] {
                const auto bytes = test::pattern(1 << 20);
                std::error_code ec;
                while (!ec)
                    made.client.write_all(bytes, ec);
                EXPECT_EQ(ec, std::errc::bad_file_descriptor);
            });
        };
        auto first = write_until_closed(), second = write_until_closed();
        settle();
        made.client.close();
        first.join();
        second.join();
    });
}

TEST_P(TlsStream, WhomCloseWakesMayDestroyTheStream) {
    run([&] {
        const netio::tls_client_context client{client_options};
        const netio::tls_server_context server{server_options};
        for (int round = 0; round != 30; ++round) {
            auto made = connect(client, server);
            std::atomic<int> still_in_a_call = 2;
            const auto leave = [&] {
                if (--still_in_a_call == 0)
                    made.client = {};
            };
            auto reader = start([&] {
                std::array<std::byte, 1> byte;
                std::error_code ec;
                made.client.read(byte, ec);
                leave();
            });
            auto writer = start([&] {
                std::error_code ec;
                while (!ec)
                    made.client.write(netio::buffer("x"), ec);
                leave();
            });
            fibers::this_fiber::sleep_for(1ms);
            made.client.close();
            reader.join();
            writer.join();
        }
    });
}

TEST_P(TlsStream, ADefaultOneIsClosed) {
    run([&] {
        tls_stream none;
        std::array<std::byte, 1> byte;
        std::error_code ec;
        EXPECT_EQ(none.read(byte, ec), 0u);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        EXPECT_THROW(none.write_all(netio::buffer("x")), std::system_error);
        EXPECT_FALSE(none.is_open());
        none.close();
    });
}

TEST_P(TlsStream, AReadThatTimesOutLosesNothing) {
    run([&] {
        auto made = connect();
        std::array<std::byte, 4> text;
        for (int i = 0; i != 3; ++i) {
            const fibers::timeout_scope limit{5ms};
            std::error_code ec;
            made.client.read(text, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        made.server.write_all(netio::buffer("late"));
        made.client.read_exactly(text);
    });
}

TEST_P(TlsStream, AWriteThatTimesOutGoesOnWithTheNext) {
    run([&] {
        auto made = connect();
        const auto bytes = test::pattern(24 << 20); // far more than the sockets hold
        std::size_t taken = 0;
        {
            const fibers::timeout_scope limit{50ms};
            std::error_code ec;
            taken = made.client.write_all(bytes, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
            EXPECT_LT(taken, bytes.size());
            EXPECT_GT(taken, 0u);
        }
        auto writer = start([&] {
            made.client.write_all(std::span{bytes}.subspan(taken));
            made.client.shutdown_write();
        });
        std::vector<std::byte> received(bytes.size());
        made.server.read_exactly(received);
        EXPECT_TRUE(received == bytes);
        EXPECT_EQ(made.server.read(received), 0u);
        writer.join();
    });
}

TEST_P(TlsStream, WhoWaitsForItsTurnToWriteMindsItsDeadline) {
    run([&] {
        auto made = connect();
        const auto bytes = test::pattern(24 << 20);
        auto writer = start([&] {
            std::error_code ec;
            made.client.write_all(bytes, ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        });
        std::error_code ec;
        while (!ec) { // until nothing moves any more
            const fibers::timeout_scope limit{20ms};
            made.client.write(netio::buffer("x"), ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        made.client.close();
        writer.join();
    });
}

class TlsStop : public test::tls_everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TlsStop, test::fibers_only);

TEST_P(TlsStop, EndsAReadAndLeavesTheStreamAsGood) {
    run([&] {
        auto made = connect();
        auto reader = start([&] {
            std::array<std::byte, 1> byte;
            std::error_code ec;
            made.client.read(byte, ec);
            EXPECT_EQ(ec, std::errc::operation_canceled);
        });
        settle();
        reader.request_stop();
        reader.join();
        made.server.write_all(netio::buffer("x"));
        made.server.shutdown_write();
        EXPECT_EQ(test::read_text(made.client), "x");
    });
}

} // namespace
