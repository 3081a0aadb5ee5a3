// What the loopback interface never does by itself: system calls that fail in rare ways.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/faults.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::tcp_listener;
using netio::tcp_stream;

class TcpFaults : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpFaults, test::every_place);

TEST_P(TcpFaults, InterruptedCallsAreRepeated) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        test::connect_fault.inject(EINTR, 2);
        auto client = tcp_stream::connect(listener.local_endpoint());
        EXPECT_EQ(test::connect_fault.left(), 0);

        test::accept4_fault.inject(EINTR, 3);
        auto server = listener.accept();
        EXPECT_EQ(test::accept4_fault.left(), 0);

        std::string text(5, '\0');
        test::send_fault.inject(EINTR, 3);
        client.write_all(buffer("hello"));
        EXPECT_EQ(test::send_fault.left(), 0);
        test::recv_fault.inject(EINTR, 3);
        server.read_exactly(buffer(text));
        EXPECT_EQ(test::recv_fault.left(), 0);
        EXPECT_EQ(text, "hello");

        const std::array from{buffer("wor"), buffer("ld")};
        test::sendmsg_fault.inject(EINTR, 3);
        client.write_all(from);
        EXPECT_EQ(test::sendmsg_fault.left(), 0);
        const std::array into{buffer(text)};
        test::recvmsg_fault.inject(EINTR, 3);
        server.read_exactly(into);
        EXPECT_EQ(test::recvmsg_fault.left(), 0);
        EXPECT_EQ(text, "world");
    });
}

TEST_P(TcpFaults, AcceptPassesOverConnectionsThatFailedBefore) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        for (const int error : {ECONNABORTED, EPROTO, ENOPROTOOPT, ENETDOWN, ENETUNREACH, ENONET,
                                EHOSTDOWN, EHOSTUNREACH, EOPNOTSUPP, ETIMEDOUT}) {
            const auto client = tcp_stream::connect(listener.local_endpoint());
            test::accept4_fault.inject(error, 2);
            EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
            EXPECT_EQ(test::accept4_fault.left(), 0);
        }
    });
}

TEST_P(TcpFaults, AcceptReportsWhatIsWrongWithTheListener) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        for (const int error : {EINVAL, EPERM, EFAULT}) {
            test::accept4_fault.inject(error, 1);
            std::error_code ec;
            listener.accept(ec);
            EXPECT_EQ(ec, std::error_code(error, std::system_category()));
        }
        test::accept4_fault.inject(EINVAL, 1);
        try {
            for (auto stream : listener.incoming())
                ADD_FAILURE() << stream.remote_endpoint();
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot accept on " + listener.local_endpoint().to_string() +
                                    ": Invalid argument");
        }
    });
}

TEST_P(TcpFaults, AcceptOutlastsEveryShortage) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        for (const int error : {EMFILE, ENFILE, ENOBUFS, ENOMEM}) {
            const auto client = tcp_stream::connect(listener.local_endpoint());
            test::accept4_fault.inject(error, 3);
            EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
            EXPECT_EQ(test::accept4_fault.left(), 0);
        }
    });
}

TEST_P(TcpFaults, AcceptDoesNotSpinWhileTheShortageLasts) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        const auto client = tcp_stream::connect(listener.local_endpoint());
        test::accept4_fault.inject(EMFILE, 1'000'000);
        std::error_code ec;
        {
            const fibers::timeout_scope limit{400ms};
            EXPECT_FALSE(listener.accept(ec).is_open());
        }
        EXPECT_EQ(ec, std::errc::timed_out) << "the deadline holds in the pauses too";
        // After 5, 10, 20, 40, 80, 100, 100 ms.
        EXPECT_GE(test::accept4_fault.calls(), 3);
        EXPECT_LE(test::accept4_fault.calls(), 9);

        test::accept4_fault.inject(0, 0);
        EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(TcpFaults, ClosingEndsAnAcceptInAShortage) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        const auto client = tcp_stream::connect(listener.local_endpoint());
        test::accept4_fault.inject(EMFILE, 1'000'000);
        auto acceptor = start([&] {
            std::error_code ec;
            listener.accept(ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        });
        settle();
        listener.close();
        acceptor.join();
        test::accept4_fault.inject(0, 0);
    });
}

/// Lets the process have no more descriptors than it has now.
class descriptor_limit {
  public:
    descriptor_limit() {
        ::getrlimit(RLIMIT_NOFILE, &former_);
        // The lowest number that is free is the first one over the limit.
        const int lowest_free = ::dup(0);
        ::close(lowest_free);
        const rlimit now{static_cast<rlim_t>(lowest_free), former_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    ~descriptor_limit() { ::setrlimit(RLIMIT_NOFILE, &former_); }
    descriptor_limit(const descriptor_limit&) = delete;
    descriptor_limit& operator=(const descriptor_limit&) = delete;

  private:
    rlimit former_;
};

std::chrono::nanoseconds cpu_time() {
    timespec time;
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

TEST_P(TcpFaults, AReadThatTookAllThereWasIsNotFollowedByOneInVain) {
    run([&] {
        constexpr int rounds = 100;
        auto [client, server] = test::connect();
        test::recv_fault.inject(0, 0);
        test::send_fault.inject(0, 0);
        auto echo = start([&stream = server] {
            std::array<std::byte, 64> bytes;
            while (const std::size_t count = stream.read(bytes))
                stream.write_all(std::span{bytes}.first(count));
        });
        std::array<std::byte, 64> bytes;
        for (int i = 0; i != rounds; ++i) {
            client.write_all(buffer("ping"));
            EXPECT_EQ(client.read(bytes), 4u);
        }
        client.close();
        echo.join();
        // One each way, the end of the stream, and the first of each end, which may come too early.
        EXPECT_LE(test::recv_fault.calls(), 2 * rounds + 3);
        EXPECT_EQ(test::send_fault.calls(), 2 * rounds);
    });
}

/// In fibers only: each wait of a plain thread takes a descriptor, of which there are none.
class TcpShortage : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Fibers, TcpShortage, test::fibers_only);

TEST_P(TcpShortage, OutOfDescriptorsTheBacklogWaitsAndIsServedOnceSomeAreFree) {
    run([&] {
        constexpr int clients = 20;
        tcp_listener listener{"127.0.0.1:0"};
        std::vector<tcp_stream> waiting;
        for (int i = 0; i != clients; ++i)
            waiting.push_back(tcp_stream::connect(listener.local_endpoint()));

        std::atomic served = 0;
        test::task server;
        {
            const descriptor_limit none_left;
            ASSERT_EQ(::dup(0), -1);
            ASSERT_EQ(errno, EMFILE);
            const auto cpu_before = cpu_time();
            server = start([&] {
                for (auto stream : listener.incoming()) {
                    stream.write_all(buffer("served"));
                    ++served;
                }
            });
            for (int i = 0; i != 8; ++i)
                settle();
            EXPECT_EQ(served, 0);
            EXPECT_LT(cpu_time() - cpu_before, 200ms) << "of 400 ms";

            // One descriptor less, and there is room for one connection at a time.
            waiting.back().close();
            waiting.pop_back();
            for (auto& client : waiting)
                EXPECT_EQ(test::read_text(client), "served");
        }
        listener.close();
        server.join();
        EXPECT_GE(served, clients - 1);
    });
}

} // namespace
