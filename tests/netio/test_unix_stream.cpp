#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/error.hpp>
#include <netio/stream.hpp>
#include <netio/unique_descriptor.hpp>
#include <netio/unix_listener.hpp>
#include <netio/unix_stream.hpp>

#include <fibers/sync/barrier.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

namespace {

using netio::buffer;
using netio::unix_endpoint;
using netio::unix_listener;
using netio::unix_stream;
using namespace std::chrono_literals;

static_assert(netio::stream<unix_stream>);

template <class Stream>
std::string read_text(Stream& stream, std::size_t size) {
    std::string text(size, '\0');
    stream.read_exactly(buffer(text));
    return text;
}

class UnixStream : public test::everywhere {
  protected:
    test::temporary_folder folder_;
    const unix_endpoint path_ = unix_endpoint::from_path(folder_ / "s");
};
INSTANTIATE_TEST_SUITE_P(Everywhere, UnixStream, test::every_place);
class UnixStreamStop : public UnixStream {};
INSTANTIATE_TEST_SUITE_P(Everywhere, UnixStreamStop, test::fibers_only);

TEST_P(UnixStream, ConnectsByAPathAndByAnAbstractName) {
    run([&] {
        const auto abstract = unix_listener{unix_endpoint{}}.local_endpoint();
        EXPECT_TRUE(abstract.is_abstract());
        for (const auto& where : {path_, abstract}) {
            unix_listener listener{where};
            EXPECT_EQ(listener.local_endpoint(), where);
            auto client = unix_stream::connect(where);
            auto server = listener.accept();
            EXPECT_EQ(client.remote_endpoint(), where);
            EXPECT_TRUE(server.remote_endpoint().is_unnamed());
            client.write_all(buffer("ping"));
            EXPECT_EQ(read_text(server, 4), "ping");
            server.write_all(buffer("pong"));
            server.shutdown_write();
            EXPECT_EQ(read_text(client, 4), "pong");
            std::array<std::byte, 1> byte;
            EXPECT_EQ(client.read(byte), 0u);
        }
    });
}

TEST_P(UnixStream, APairCarriesManyBytesBothWays) {
    run([&] {
        auto [one, other] = unix_stream::pair();
        const auto bytes = test::pattern(3'000'000);
        auto echo = start([&, &stream = other] {
            std::vector<std::byte> room(50'000);
            while (const std::size_t count = stream.read(room))
                stream.write_all(std::span{room}.first(count));
            stream.shutdown_write();
        });
        auto writer = start([&, &stream = one] {
            stream.write_all(bytes);
            stream.shutdown_write();
        });
        std::vector<std::byte> back(bytes.size());
        one.read_exactly(back);
        EXPECT_TRUE(back == bytes);
        writer.join();
        echo.join();
    });
}

TEST_P(UnixStream, ExceptionsNameThePath) {
    run([&] {
        const std::string whom = path_.to_string();
        try {
            unix_stream::connect(path_);
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
            EXPECT_EQ(e.what(), "cannot connect to " + whom + ": No such file or directory");
        }
        const unix_listener first{path_};
        try {
            unix_listener second{path_};
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::address_in_use) << "it is not stale";
            EXPECT_EQ(e.what(), "cannot listen on " + whom + ": Address already in use");
        }
    });
}

TEST_P(UnixStream, AListenerRemovesItsPathInTheEnd) {
    run([&] {
        { const unix_listener listener{path_}; }
        EXPECT_FALSE(std::filesystem::exists(path_.path()));
        unix_listener closed{path_};
        closed.close();
        EXPECT_FALSE(std::filesystem::exists(path_.path()));
        const unix_listener next{path_};
        closed = {};
        EXPECT_TRUE(std::filesystem::exists(path_.path())) << "that is another's";
        std::filesystem::rename(path_.path(), folder_ / "moved");
        const unix_listener successor{path_};
        EXPECT_TRUE(std::filesystem::exists(path_.path()));
    });
    EXPECT_FALSE(std::filesystem::exists(path_.path()));
    EXPECT_TRUE(std::filesystem::exists(folder_ / "moved")) << "it has another name by now";
}

TEST_P(UnixStream, AStaleFileIsReplacedUnlessToldOtherwise) {
    run([&] {
        { const unix_listener left{path_, {.remove_path = false}}; }
        EXPECT_TRUE(std::filesystem::exists(path_.path()));
        std::error_code ec;
        unix_listener{path_, {.replace_stale = false}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
        unix_listener listener{path_};
        EXPECT_TRUE(unix_stream::connect(path_).is_open());
    });
}

TEST_P(UnixStream, AStaleFileIsReplacedByOneOnly) {
    run([&] {
        constexpr int listeners = 3;
        for (int round = 0; round != 300; ++round) {
            { const unix_listener left{path_, {.remove_path = false}}; }
            fibers::barrier<> at_once{listeners}, all_have_tried{listeners};
            std::atomic<int> first = 0;
            std::array<test::task, listeners> tasks;
            for (auto& each : tasks)
                each = start([&] {
                    at_once.arrive_and_wait();
                    std::error_code ec;
                    const unix_listener mine{path_, {}, ec};
                    if (!ec)
                        ++first;
                    all_have_tried.arrive_and_wait();
                });
            for (auto& each : tasks)
                each.join();
            ASSERT_EQ(first, 1) << round;
        }
    });
}

TEST_P(UnixStream, AListenersFileHasItsPermissionsFromTheBeginning) {
    run([&] {
        for (int round = 0; round != 100; ++round) {
            struct stat first_seen;
            std::thread onlooker{[&, path = std::string{path_.path()}] {
                while (::stat(path.c_str(), &first_seen) == -1)
                    std::this_thread::yield();
            }};
            const unix_listener listener{path_, {.permissions = 0600}};
            onlooker.join();
            ASSERT_EQ(first_seen.st_mode & 0777u, 0600u) << round;
        }
    });
}

TEST_P(UnixStream, AFolderThatSomebodyKeepsLockedDelaysAListenerForASecondAtMost) {
    run([&] {
        { const unix_listener left{path_, {.remove_path = false}}; }
        const netio::unique_descriptor folder{
            ::open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        ASSERT_EQ(::flock(folder.get(), LOCK_EX), 0);
        {
            const fibers::timeout_scope limit{20ms};
            std::error_code ec;
            const unix_listener none{path_, {}, ec};
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        const fibers::timeout_scope limit{10s};
        EXPECT_TRUE(unix_listener{path_}.is_open());
    });
}

TEST_P(UnixStream, AFileThatIsNoSocketIsLeftAlone) {
    run([&] {
        std::ofstream{std::string{path_.path()}} << "precious";
        std::error_code ec;
        unix_listener{path_, {}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
        EXPECT_EQ(std::filesystem::file_size(path_.path()), 8u);
    });
}

TEST_P(UnixStream, ConnectWaitsForRoomInTheBacklog) {
    run([&] {
        unix_listener listener{path_, {.backlog = 0}};
        const auto first = unix_stream::connect(path_);
        std::error_code ec;
        {
            const fibers::timeout_scope limit{20ms};
            unix_stream::connect(path_, ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        auto connecting = start([&] { EXPECT_TRUE(unix_stream::connect(path_).is_open()); });
        settle();
        listener.accept();
        listener.accept();
        connecting.join();
    });
}

TEST_P(UnixStream, WritingToOneThatIsGoneFails) {
    run([] {
        auto [one, other] = unix_stream::pair();
        other.close();
        std::error_code ec;
        one.write_all(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::broken_pipe);
        std::string room(3, '\0');
        one.read_exactly(buffer(room), ec);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
    });
}

TEST_P(UnixStream, CloseWakesWhoReadsAndWhoAccepts) {
    run([&] {
        auto [one, other] = unix_stream::pair();
        unix_listener listener{path_};
        std::error_code read_ec, accept_ec;
        auto reader = start([&, &stream = one] {
            std::array<std::byte, 1> byte;
            stream.read(byte, read_ec);
        });
        auto acceptor = start([&] { listener.accept(accept_ec); });
        settle();
        one.close();
        listener.close();
        reader.join();
        acceptor.join();
        EXPECT_EQ(read_ec, std::errc::bad_file_descriptor);
        EXPECT_EQ(accept_ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(UnixStream, AnAmbientDeadlineEndsARead) {
    run([] {
        auto [one, other] = unix_stream::pair();
        std::array<std::byte, 1> byte;
        std::error_code ec;
        const fibers::timeout_scope limit{20ms};
        one.read(byte, ec);
        EXPECT_EQ(ec, std::errc::timed_out);
    });
}

TEST_P(UnixStreamStop, EndsARead) {
    run([&] {
        auto [one, other] = unix_stream::pair();
        std::error_code ec;
        auto reader = start([&, &stream = one] {
            std::array<std::byte, 1> byte;
            stream.read(byte, ec);
        });
        settle();
        reader.request_stop();
        reader.join();
        EXPECT_EQ(ec, std::errc::operation_canceled);
    });
}

TEST_P(UnixStream, ListenersAndStreamsAreGivenUpAndAdopted) {
    run([&] {
        unix_listener listener{path_};
        auto adopted = unix_listener::adopt(listener.release());
        auto client = unix_stream::adopt(unix_stream::connect(path_).release());
        EXPECT_EQ(client.remote_endpoint(), path_);
        auto server = adopted.accept();
        client.write_all(buffer("x"));
        EXPECT_EQ(read_text(server, 1), "x");

        std::error_code ec;
        unix_listener::adopt(client.native_handle(), ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
        const auto [record, other] = netio::unix_seqpacket::pair();
        unix_stream::adopt(record.native_handle(), ec);
        EXPECT_EQ(ec, std::errc::wrong_protocol_type);
        unix_stream::adopt(adopted.native_handle(), ec);
        EXPECT_EQ(ec, std::errc::not_connected);
        const auto [tcp, peer] = test::connect();
        unix_stream::adopt(tcp.native_handle(), ec);
        EXPECT_EQ(ec, std::errc::address_family_not_supported);
    });
}

TEST_P(UnixStream, TellsWhoIsAtTheOtherEnd) {
    run([&] {
        unix_listener listener{path_};
        const auto client = unix_stream::connect(path_);
        for (const auto& who : {client.credentials(), listener.accept().credentials()}) {
            EXPECT_EQ(who.process, ::getpid());
            EXPECT_EQ(who.user, ::getuid());
            EXPECT_EQ(who.group, ::getgid());
        }
        std::error_code ec;
        unix_stream{}.credentials(ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(UnixStream, SeqpacketKeepsRecordsApart) {
    run([&] {
        netio::unix_seqpacket_listener listener{path_};
        auto client = netio::unix_seqpacket::connect(path_);
        auto server = listener.accept();
        client.send(buffer("first"));
        client.send(buffer("second"));
        client.shutdown_write();
        std::array<std::byte, 5> room;
        const auto first = server.receive(room);
        EXPECT_EQ(first.size, 5u);
        EXPECT_FALSE(first.is_truncated());
        const auto second = server.receive(room);
        EXPECT_EQ(second.full_size, 6u);
        EXPECT_TRUE(second.is_truncated());
        EXPECT_EQ(server.receive(room).size, 0u) << "the end";
        server.close();
        std::error_code ec;
        client.send(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::broken_pipe);
    });
}

} // namespace
