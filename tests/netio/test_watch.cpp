#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/file.hpp>
#include <netio/watch.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <filesystem>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::file_event;
using netio::file_watch;

class Watch : public test::everywhere {
  protected:
    const test::temporary_folder folder_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Watch, test::every_place);

TEST_P(Watch, TellsWhatHappensInADirectory) {
    run([&] {
        file_watch watch;
        watch.add(folder_.path(), file_event::created | file_event::written | file_event::moved_in |
                                      file_event::removed);
        auto changing = start([&] {
            netio::file::create(folder_ / "a").write_all(netio::buffer("x"));
            std::filesystem::rename(folder_ / "a", folder_ / "b");
            std::filesystem::remove(folder_ / "b");
        });
        const auto expect = [&](file_event what, const std::string& name) {
            const auto change = watch.next();
            EXPECT_EQ(change.what, what);
            EXPECT_EQ(change.name, name);
            EXPECT_EQ(change.path, folder_.path());
        };
        expect(file_event::created, "a");
        expect(file_event::written, "a");
        expect(file_event::moved_in, "b");
        expect(file_event::removed, "b");
        changing.join();
    });
}

TEST_P(Watch, TellsThatAFileWasChanged) {
    run([&] {
        auto file = netio::file::create(folder_ / "f");
        file_watch watch;
        watch.add(folder_ / "f", file_event::modified);
        auto waiting = start([&] {
            const auto change = watch.next();
            EXPECT_EQ(change.path, folder_ / "f");
            EXPECT_EQ(change.name, "");
            EXPECT_EQ(change.what, file_event::modified);
        });
        settle();
        file.write_all(netio::buffer("x"));
        waiting.join();
    });
}

TEST(WatchOfMuch, TellsThatItLostSome) {
    const test::temporary_folder folder;
    auto one = netio::file::create(folder / "one"), other = netio::file::create(folder / "other");
    file_watch watch;
    watch.add(folder.path(), file_event::modified);
    // More than fs.inotify.max_queued_events, 16,384 as a rule; equal ones in a row count once.
    for (int i = 0; i != 10'000; ++i) {
        one.write_at(0, netio::buffer("x"));
        other.write_at(0, netio::buffer("x"));
    }
    const fibers::timeout_scope limit{5s};
    while (watch.next().what != file_event::lost) {
    }
}

TEST_P(Watch, HonoursDeadlineAndClose) {
    run([&] {
        file_watch watch;
        watch.add(folder_.path(), file_event::created);
        std::error_code ec;
        {
            const fibers::timeout_scope limit{10ms};
            watch.next(ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        auto waiting = start([&] { watch.next(ec); });
        settle();
        watch.close();
        waiting.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        watch.add(folder_.path(), file_event::created, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(Watch, NamesWhatItCannotWatch) {
    run([&] {
        file_watch watch;
        try {
            watch.add(folder_ / "none", file_event::modified);
            FAIL();
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
            EXPECT_NE(std::string{error.what()}.find(folder_ / "none"), std::string::npos);
        }
    });
}

} // namespace
