#include <tests/fibers/errors.hpp>
#include <tests/netio/chaos_proxy.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/memory_stream.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/buffered_reader.hpp>
#include <netio/copy.hpp>
#include <netio/file.hpp>
#include <netio/pipe.hpp>
#include <netio/unix_stream.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

template <class S>
constexpr bool goes_through_the_kernel = netio::detail::descriptor_access::knows<S>;
static_assert(goes_through_the_kernel<netio::tcp_stream>);
static_assert(goes_through_the_kernel<netio::unix_stream>);
static_assert(goes_through_the_kernel<netio::pipe_reader>);
static_assert(goes_through_the_kernel<netio::pipe_writer>);
static_assert(!goes_through_the_kernel<test::memory_stream>);

class Copy : public test::everywhere {
  protected:
    /// What arrives where `copying(stream)` writes, which it begins meanwhile.
    template <class Copying>
    std::vector<std::byte> received(Copying copying) {
        auto [client, server] = test::connect();
        auto task = start([&, &stream = server] {
            copying(stream);
            stream.shutdown_write();
        });
        std::vector<std::byte> bytes, piece(1 << 16);
        while (const std::size_t count = client.read(piece))
            bytes.insert(bytes.end(), piece.begin(),
                         piece.begin() + static_cast<std::ptrdiff_t>(count));
        task.join();
        return bytes;
    }

    /// A connection on which these bytes arrive, and then the end.
    test::connection sending(const std::vector<std::byte>& bytes, test::task& writer) {
        auto ends = std::make_shared<test::connection>(test::connect());
        auto client = std::move(ends->client);
        writer = start([ends, &bytes] {
            std::error_code ec; // the reader may have had enough
            ends->server.write_all(bytes, ec);
            ends->server.shutdown_write(ec);
        });
        return {std::move(client), {}};
    }

    const test::temporary_folder folder_;
    const std::vector<std::byte> bytes_ = test::pattern(3'000'001);
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Copy, test::every_place);

TEST_P(Copy, SendsAFileToASocket) {
    run([&] {
        netio::file::create(folder_ / "f").write_all(bytes_);
        auto file = netio::file::open(folder_ / "f");
        EXPECT_TRUE(received([&](netio::tcp_stream& to) {
                        EXPECT_EQ(netio::copy(file, to), bytes_.size());
                    }) == bytes_);
    });
}

TEST_P(Copy, SendsAPartOfAFileFromItsPositionOn) {
    run([&] {
        netio::file::create(folder_ / "f").write_all(bytes_);
        auto file = netio::file::open(folder_ / "f");
        file.seek(1'000);
        const auto part = received(
            [&](netio::tcp_stream& to) { EXPECT_EQ(netio::copy_n(file, 2'000, to), 2'000u); });
        EXPECT_EQ(part, std::vector(bytes_.begin() + 1'000, bytes_.begin() + 3'000));
        std::vector<std::byte> next(1);
        file.read_exactly(next);
        EXPECT_EQ(next[0], bytes_[3'000]);
    });
}

TEST_P(Copy, SendsWhatTheKernelCannotSendByItself) {
    run([&] {
        auto file = netio::file::open("/proc/self/status");
        EXPECT_GT(received([&](netio::tcp_stream& to) { netio::copy(file, to); }).size(), 100u);
    });
}

TEST_P(Copy, JoinsTwoSockets) {
    run([&] {
        test::task writer;
        auto source = sending(bytes_, writer);
        EXPECT_TRUE(received([&](netio::tcp_stream& to) {
                        EXPECT_EQ(netio::copy(source.client, to), bytes_.size());
                    }) == bytes_);
        writer.join();
    });
}

TEST_P(Copy, JoinsTwoPipes) {
    run([&] {
        auto [from, source] = netio::make_pipe();
        auto [drain, to] = netio::make_pipe();
        auto writing = start([&, &end = source] {
            end.write_all(bytes_);
            end.close();
        });
        auto copying = start([&, &in = from, &out = to] {
            EXPECT_EQ(netio::copy(in, out), bytes_.size());
            out.close();
        });
        const std::string arrived = drain.read_all();
        writing.join();
        copying.join();
        EXPECT_TRUE(std::ranges::equal(netio::buffer(arrived), bytes_));
    });
}

TEST_P(Copy, HoldsNoDescriptorsWhileLittleComes) {
    run([&] {
        auto source = test::connect(), sink = test::connect();
        auto copying = start([&] {
            netio::copy(source.client, sink.server);
            sink.server.shutdown_write();
        });
        std::vector<std::byte> arrived(bytes_.size());
        const auto pass = [&](std::size_t from, std::size_t size) {
            auto writing =
                start([&] { source.server.write_all(std::span{bytes_}.subspan(from, size)); });
            sink.client.read_exactly(std::span{arrived}.subspan(from, size));
            writing.join();
        };
        pass(0, 10);
        settle();
        const std::size_t before = test::open_descriptors();
        pass(10, 1'000'000);
        pass(1'000'010, 10);
        settle();
        EXPECT_EQ(test::open_descriptors(), before);
        pass(1'000'020, bytes_.size() - 1'000'020);
        source.server.shutdown_write();
        EXPECT_EQ(test::read_text(sink.client), "");
        copying.join();
        EXPECT_TRUE(arrived == bytes_);
    });
}

TEST_P(Copy, SendsAFileThatIsReadAsAPipe) {
    run([&] {
        const std::string path = folder_ / "f";
        netio::file::create(path).write_all(bytes_);
        auto from = netio::pipe_reader::adopt(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        EXPECT_TRUE(received([&](netio::tcp_stream& to) {
                        EXPECT_EQ(netio::copy(from, to), bytes_.size());
                    }) == bytes_);
    });
}

TEST_P(Copy, StoresAPipeInWhatCannotBeWaitedFor) {
    run([&] {
        for (const auto& [path, flags] : {std::pair{folder_ / "f", O_CREAT | O_APPEND},
                                          std::pair{std::string{"/dev/null"}, 0}}) {
            auto to =
                netio::pipe_writer::adopt(::open(path.c_str(), O_WRONLY | O_CLOEXEC | flags, 0600));
            auto [from, source] = netio::make_pipe();
            auto writing = start([&, &end = source] {
                end.write_all(bytes_);
                end.close();
            });
            EXPECT_EQ(netio::copy(from, to), bytes_.size()) << path;
            writing.join();
        }
        std::vector<std::byte> stored(bytes_.size());
        netio::file::open(folder_ / "f").read_exactly(stored);
        EXPECT_TRUE(stored == bytes_);
    });
}

TEST_P(Copy, NamesAPipe) {
    run([&] {
        auto [from, to] = netio::make_pipe();
        from.close();
        EXPECT_EQ(test::message_of([&, &in = from, &out = to] { netio::copy(in, out); }),
                  "cannot copy from a pipe to a pipe: Bad file descriptor");
    });
}

TEST_P(Copy, TakesNotOneByteMoreThanItWasAskedFor) {
    run([&] {
        test::task writer;
        auto source = sending(bytes_, writer);
        const auto part = received([&](netio::tcp_stream& to) {
            EXPECT_EQ(netio::copy_n(source.client, 100'000, to), 100'000u);
        });
        EXPECT_EQ(part, std::vector(bytes_.begin(), bytes_.begin() + 100'000));
        std::vector<std::byte> rest(bytes_.size() - 100'000);
        source.client.read_exactly(rest);
        EXPECT_TRUE(std::equal(rest.begin(), rest.end(), bytes_.begin() + 100'000));
        writer.join();
    });
}

TEST_P(Copy, StoresASocketInAFile) {
    run([&] {
        test::task writer;
        auto source = sending(bytes_, writer);
        auto file = netio::file::create(folder_ / "f");
        EXPECT_EQ(netio::copy(source.client, file), bytes_.size());
        writer.join();
        std::vector<std::byte> stored(bytes_.size());
        netio::file::open(folder_ / "f").read_exactly(stored);
        EXPECT_TRUE(stored == bytes_);
    });
}

TEST_P(Copy, TakesWhatABufferedReaderHasReadAhead) {
    run([&] {
        auto [client, server] = test::connect();
        server.write_all(netio::buffer("head\nbody"));
        server.shutdown_write();
        netio::buffered_reader reader{client};
        EXPECT_EQ(reader.read_line(), "head");
        test::memory_stream to;
        EXPECT_EQ(netio::copy(reader, to), 4u);
        EXPECT_EQ(to.written, "body");
    });
}

TEST_P(Copy, PassesEveryByteThroughABadNetwork) {
    run([&] {
        const std::vector<std::byte> sent{bytes_.begin(), bytes_.begin() + 3'000};
        for (const auto& plan : {test::mischief{.piece = 1}, {.merge = 2'000}}) {
            test::chaotic_connection source{plan};
            source.server.write_all(sent);
            source.server.shutdown_write();
            EXPECT_EQ(received([&](netio::tcp_stream& to) { netio::copy(source.client, to); }),
                      sent);
        }
    });
}

TEST_P(Copy, TellsHowMuchCameBeforeAReset) {
    run([&] {
        test::chaotic_connection source{{.reset = 1'000}};
        source.server.write_all(std::span{bytes_}.first(2'000));
        std::error_code ec;
        std::uint64_t count = 0;
        const auto arrived =
            received([&](netio::tcp_stream& to) { count = netio::copy(source.client, to, ec); });
        EXPECT_EQ(ec, std::errc::connection_reset);
        EXPECT_EQ(count, arrived.size());
        EXPECT_LE(count, 1'000u);
    });
}

TEST_P(Copy, ToAPeerThatIsGoneFailsWithoutASignal) {
    run([&] {
        netio::file::create(folder_ / "f").write_all(bytes_);
        const auto expect_failure = [](auto& from) {
            auto [client, server] = test::connect();
            test::reset(client);
            std::error_code ec;
            netio::copy(from, server, ec);
            EXPECT_TRUE(ec == std::errc::connection_reset || ec == std::errc::broken_pipe) << ec;
            netio::copy(from, server, ec);
            EXPECT_EQ(ec, std::errc::broken_pipe);
        };
        auto file = netio::file::open(folder_ / "f");
        expect_failure(file);
        test::task writer;
        auto source = sending(bytes_, writer);
        expect_failure(source.client);
        source.client.close();
        writer.join();
    });
}

TEST_P(Copy, NamesBothEndsWhereItFails) {
    run([&] {
        auto file = netio::file::create(folder_ / "f"); // not for reading
        auto [client, server] = test::connect();
        try {
            netio::copy(file, server);
            FAIL();
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
            const std::string what = error.what();
            EXPECT_NE(what.find(folder_ / "f"), std::string::npos) << what;
            EXPECT_NE(what.find(server.remote_endpoint().to_string()), std::string::npos) << what;
        }
    });
}

TEST_P(Copy, NamesThePeerThatABufferedReaderReadsFrom) {
    run([&] {
        auto [client, server] = test::connect();
        netio::buffered_reader reader{client};
        client.close();
        try {
            netio::copy(reader, server);
            FAIL();
        } catch (const std::system_error& error) {
            EXPECT_NE(std::string{error.what()}.find(client.remote_endpoint().to_string()),
                      std::string::npos)
                << error.what();
        }
    });
}

TEST_P(Copy, HonoursTheDeadlineWhereTheOtherSideReadsNothing) {
    run([&] {
        netio::file::create(folder_ / "f").write_all(bytes_);
        auto file = netio::file::open(folder_ / "f");
        test::chaotic_connection sink{{}, {.never_reads = true}};
        test::fill(sink.client);
        const fibers::timeout_scope limit{20ms};
        std::error_code ec;
        netio::copy(file, sink.client, ec);
        EXPECT_EQ(ec, std::errc::timed_out);
    });
}

TEST_P(Copy, IsWokenByClosingEitherEnd) {
    run([&] {
        for (const bool close_source : {true, false}) {
            auto from = test::connect(), to = test::connect();
            std::error_code ec;
            if (!close_source)
                test::fill(to.server);
            from.server.write_all(netio::buffer("some"));
            auto copying = start([&] { netio::copy(from.client, to.server, ec); });
            settle();
            (close_source ? from.client : to.server).close();
            copying.join();
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        }
    });
}

class CopyInFibers : public Copy {};
INSTANTIATE_TEST_SUITE_P(Everywhere, CopyInFibers, test::fibers_only);

TEST_P(CopyInFibers, EndsWhenItIsAskedToStopOnWhicheverSideItWaits) {
    run([&] {
        netio::file::create(folder_ / "f").write_all(bytes_);
        auto file = netio::file::open(folder_ / "f");
        auto silent = test::connect(), full = test::connect();
        test::fill(full.server);
        const auto expect_stop = [&](auto& from, auto& to) {
            std::error_code ec;
            auto copying = start([&] { netio::copy(from, to, ec); });
            settle();
            copying.request_stop();
            copying.join();
            EXPECT_EQ(ec, std::errc::operation_canceled);
        };
        expect_stop(silent.client, full.client);
        expect_stop(file, full.server);
        silent.server.write_all(netio::buffer("some"));
        expect_stop(silent.client, full.server);
    });
}

TEST_P(Copy, GoesThroughMemoryWhereNoDescriptorsAreLeft) {
    run([&] {
        auto from = test::connect(), to = test::connect();
        from.server.write_all(netio::buffer("through memory"));
        from.server.shutdown_write();
        std::error_code ec;
        rlimit former;
        ::getrlimit(RLIMIT_NOFILE, &former);
        // A plain thread needs a descriptor to wait; here nobody has to.
        rlimit none = former;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
        netio::copy_n(from.client, 14, to.server, ec);
        ::setrlimit(RLIMIT_NOFILE, &former);
        EXPECT_FALSE(ec) << ec.message();
        to.server.shutdown_write();
        EXPECT_EQ(test::read_text(to.client), "through memory");
    });
}

} // namespace
