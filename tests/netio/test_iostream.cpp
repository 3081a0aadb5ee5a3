#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/iostream.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Iostream : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Iostream, test::every_place);

TEST_P(Iostream, FormatsAndParses) {
    run([&] {
        auto [client, server] = test::connect();
        netio::iostream to{client}, from{server};
        to << "sum " << 40 << ' ' << 2 << std::endl;
        std::string word;
        int a = 0, b = 0;
        from >> word >> a >> b;
        EXPECT_EQ(word, "sum");
        EXPECT_EQ(a + b, 42);
    });
}

TEST_P(Iostream, AsksBeforeItWaitsForTheAnswer) {
    run([&] {
        auto [client, server] = test::connect();
        auto answering = start([&, &stream = server] {
            netio::iostream io{stream};
            for (std::string line; std::getline(io, line);)
                io << '<' << line << ">\n";
        });
        netio::iostream io{client};
        for (const std::string question : {"who", "when"}) {
            io << question << '\n'; // no flush
            std::string answer;
            std::getline(io, answer);
            EXPECT_EQ(answer, '<' + question + '>');
        }
        client.shutdown_write();
        answering.join();
    });
}

TEST_P(Iostream, CarriesMegabytes) {
    run([&] {
        auto [client, server] = test::connect();
        auto writing = start([&, &stream = server] {
            netio::iostream io{stream};
            for (int i = 0; i != 200'000; ++i)
                io << i << '\n';
            io.flush();
            stream.shutdown_write();
        });
        netio::iostream io{client};
        int expected = 0;
        for (int i; io >> i; ++expected)
            ASSERT_EQ(i, expected);
        EXPECT_EQ(expected, 200'000);
        EXPECT_TRUE(io.eof());
        EXPECT_FALSE(io.error());
        writing.join();
    });
}

TEST_P(Iostream, TellsWhyItFailed) {
    run([&] {
        auto [client, server] = test::connect();
        netio::iostream io{client};
        {
            const fibers::timeout_scope limit{10ms};
            std::string line;
            EXPECT_FALSE(std::getline(io, line));
            EXPECT_EQ(io.error(), std::errc::timed_out);
        }
        io.clear();
        client.close();
        io << "lost" << std::flush;
        EXPECT_TRUE(io.bad());
        EXPECT_EQ(io.error(), std::errc::bad_file_descriptor);
    });
}

} // namespace
