#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/buffered_reader.hpp>
#include <netio/error.hpp>
#include <netio/file.hpp>
#include <netio/stream.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::file;

static_assert(netio::input_stream<file> && netio::output_stream<file>);

class File : public test::everywhere {
  protected:
    const test::temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, File, test::every_place);

std::string text_of(const std::string& path) {
    auto from = file::open(path);
    std::string text(static_cast<std::size_t>(from.size()), '\0');
    from.read_exactly(netio::buffer(text));
    return text;
}

TEST_P(File, ReadsWhatWasWritten) {
    run([&] {
        const auto bytes = test::pattern(2'000'000);
        file::create(folder_ / "f").write_all(bytes);
        auto from = file::open(folder_ / "f");
        EXPECT_EQ(from.size(), bytes.size());
        std::vector<std::byte> read(bytes.size());
        from.read_exactly(read);
        EXPECT_TRUE(read == bytes);
        EXPECT_EQ(from.read(read), 0u);
    });
}

TEST_P(File, TakesOverWhatSomebodyElseHasOpened) {
    run([&] {
        file::create(folder_ / "f").write_all(netio::buffer("text"));
        const int fd = ::open((folder_ / "f").c_str(), O_RDONLY | O_CLOEXEC);
        auto taken = file::adopt(fd, "the file");
        EXPECT_EQ(taken.native_handle(), fd);
        EXPECT_EQ(taken.size(), 4u);
        taken.close();
        std::error_code ec;
        EXPECT_FALSE(file::adopt(fd, "the file", ec).is_open());
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(File, ReadsAndWritesAtAnyPlace) {
    run([&] {
        auto both = file::open(folder_ / "f", {.write = true, .create = true});
        EXPECT_EQ(both.write_at(4, netio::buffer("5678")), 4u);
        EXPECT_EQ(both.write_at(0, netio::buffer("1234")), 4u);
        std::string text(3, '\0');
        EXPECT_EQ(both.read_at(3, netio::buffer(text)), 3u);
        EXPECT_EQ(text, "456");
        EXPECT_EQ(both.read_at(8, netio::buffer(text)), 0u);
        both.read_exactly(netio::buffer(text)); // the position has not moved
        EXPECT_EQ(text, "123");
        both.seek(6);
        EXPECT_EQ(both.read(netio::buffer(text)), 2u);
    });
}

TEST_P(File, AppendsTruncatesAndSyncs) {
    run([&] {
        file::create(folder_ / "f").write_all(netio::buffer("one,"));
        auto more = file::open(folder_ / "f", {.read = false, .write = true, .append = true});
        more.write_all(netio::buffer("two,three"));
        more.sync();
        more.truncate(7);
        more.sync_data();
        EXPECT_EQ(text_of(folder_ / "f"), "one,two");
    });
}

TEST_P(File, IsReadByLines) {
    run([&] {
        file::create(folder_ / "f").write_all(netio::buffer("a\nb\n"));
        auto from = file::open(folder_ / "f");
        netio::buffered_reader reader{from};
        std::string lines;
        for (const std::string_view line : reader.lines())
            lines += std::string{line} + ';';
        EXPECT_EQ(lines, "a;b;");
    });
}

TEST_P(File, ReadExactlyMeetsTheEnd) {
    run([&] {
        file::create(folder_ / "f").write_all(netio::buffer("abc"));
        auto from = file::open(folder_ / "f");
        std::string text(4, '\0');
        std::error_code ec;
        EXPECT_EQ(from.read_exactly(netio::buffer(text), ec), 3u);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
    });
}

TEST_P(File, IsNoFifoForWhichOpeningWouldWait) {
    run([&] {
        const std::string fifo = folder_ / "fifo";
        ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
        for (const netio::file_options& options :
             {netio::file_options{}, {.read = false, .write = true}}) {
            std::error_code ec;
            file::open(fifo, options, ec);
            EXPECT_EQ(ec, std::errc::operation_not_supported);
        }
    });
}

/// The message of what `call` throws, which must be this error.
template <class Call>
std::string failure(Call call, std::errc expected) {
    try {
        call();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), expected);
        return error.what();
    }
    ADD_FAILURE() << "does not fail";
    return {};
}

TEST_P(File, NamesTheFileThatFails) {
    run([&] {
        const auto missing = folder_ / "missing";
        EXPECT_NE(failure([&] { file::open(missing); }, std::errc::no_such_file_or_directory)
                      .find(missing),
                  std::string::npos);
        auto full = file::open("/dev/full", {.write = true});
        EXPECT_NE(
            failure([&] { full.write_all(netio::buffer("x")); }, std::errc::no_space_on_device)
                .find("/dev/full"),
            std::string::npos);
        file::create(folder_ / "f");
        failure(
            [&] { file::open(folder_ / "f", {.write = true, .create = true, .exclusive = true}); },
            std::errc::file_exists);
        failure([&] { file::open(folder_.path(), {.write = true}); }, std::errc::is_a_directory);
        failure([&] { file::create(folder_ / "f").seek(1ull << 63); }, std::errc::invalid_argument);
    });
}

TEST_P(File, WithoutDescriptorsCannotBeOpened) {
    run([&] {
        file::create(folder_ / "f");
        rlimit former;
        ::getrlimit(RLIMIT_NOFILE, &former);
        rlimit none = former;
        none.rlim_cur = 0;
        ::setrlimit(RLIMIT_NOFILE, &none);
        std::error_code ec;
        file::open(folder_ / "f", {}, ec);
        ::setrlimit(RLIMIT_NOFILE, &former);
        EXPECT_EQ(ec, std::errc::too_many_files_open);
    });
}

TEST_P(File, RefusesEverythingOnceClosed) {
    run([&] {
        auto closed = file::create(folder_ / "f");
        closed.close();
        closed.close();
        std::string text(1, '\0');
        std::error_code ec;
        EXPECT_EQ(closed.read(netio::buffer(text), ec), 0u);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        EXPECT_EQ(closed.write(netio::buffer(text), ec), 0u);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        file{}.sync(ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        EXPECT_EQ(closed.native_handle(), -1);
    });
}

class FileInFibers : public File {};
INSTANTIATE_TEST_SUITE_P(Everywhere, FileInFibers, test::fibers_only);

TEST_P(FileInFibers, BeginsNothingPastTheDeadline) {
    run([&] {
        auto to = file::create(folder_ / "f");
        {
            const fibers::timeout_scope limit{0s};
            std::error_code ec;
            EXPECT_EQ(to.write(netio::buffer("x"), ec), 0u);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        EXPECT_EQ(to.size(), 0u);
    });
}

TEST_P(FileInFibers, BeginsNothingAfterAStop) {
    run([&] {
        auto to = file::create(folder_ / "f");
        auto stopped = start([&] {
            std::error_code ec;
            while (!ec)
                to.write_at(0, netio::buffer("x"), ec);
            EXPECT_EQ(ec, std::errc::operation_canceled);
        });
        settle();
        stopped.request_stop();
        stopped.join();
    });
}

} // namespace
