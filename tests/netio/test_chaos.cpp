// A TCP stream on a bad network.

#include <tests/netio/chaos_proxy.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/error.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using test::chaotic_connection;
using test::mischief;

class Chaos : public test::everywhere {
  protected:
    const std::vector<std::byte> sent_ = test::pattern(2'000);
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Chaos, test::every_place);

TEST_P(Chaos, PiecesMergersAndDelaysLoseNothing) {
    run([&] {
        for (const auto& plan :
             {mischief{.piece = 1}, {.merge = 1'500}, {.piece = 500, .delay = 2ms}}) {
            chaotic_connection ends{plan, plan};
            ends.client.write_all(sent_);
            ends.client.shutdown_write();
            std::vector<std::byte> received(sent_.size());
            ends.server.read_exactly(received);
            EXPECT_EQ(received, sent_);
            EXPECT_EQ(ends.server.read(received), 0u);
        }
    });
}

TEST_P(Chaos, AConnectionThatIsCutEndsBeforeReadExactlyHasAll) {
    run([&] {
        chaotic_connection ends{{.cut = 1'234}};
        ends.server.write_all(sent_);
        std::vector<std::byte> received(sent_.size());
        std::error_code ec;
        EXPECT_EQ(ends.client.read_exactly(received, ec), 1'234u);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
    });
}

TEST_P(Chaos, AByteThatIsDroppedOrCorruptedIsNotHealed) {
    run([&] {
        for (const auto& plan : {mischief{.drop = 100}, {.corrupt = 100}}) {
            chaotic_connection ends{plan};
            ends.server.write_all(sent_);
            ends.server.shutdown_write();
            std::vector<std::byte> received(100);
            ends.client.read_exactly(received);
            EXPECT_TRUE(std::equal(received.begin(), received.end(), sent_.begin()));
            ends.client.read_exactly(std::span{received}.first(1));
            EXPECT_NE(received[0], sent_[100]);
        }
    });
}

TEST_P(Chaos, ResetMeetsBothEnds) {
    run([&] {
        chaotic_connection ends{{.reset = 10}};
        ends.server.write_all(sent_);
        std::vector<std::byte> received(sent_.size());
        std::error_code ec;
        ends.client.read_exactly(received, ec);
        EXPECT_EQ(ec, std::errc::connection_reset);
        ends.server.read(received, ec);
        EXPECT_EQ(ec, std::errc::connection_reset);
    });
}

TEST_P(Chaos, APeerThatNeverReadsStopsTheWriterAtItsDeadline) {
    run([&] {
        chaotic_connection ends{{}, {.never_reads = true}};
        const fibers::timeout_scope limit{50ms};
        const std::vector<std::byte> much(64 << 20);
        std::error_code ec;
        EXPECT_LT(ends.client.write_all(much, ec), much.size());
        EXPECT_EQ(ec, std::errc::timed_out);
    });
}

} // namespace
