#include <netio/inspector.hpp>

#include <tests/netio/temporary_folder.hpp>

#include <netio/buffer.hpp>
#include <netio/unix_stream.hpp>

#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <nlohmann/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using netio::unix_endpoint;
using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// As `echo LINE | nc -N -U PATH` does.
std::string answer_to(const unix_endpoint& where, const std::string& line) {
    auto stream = netio::unix_stream::connect(where);
    stream.write_all(netio::buffer(line + '\n'));
    std::string answer;
    std::string block(4096, char{});
    while (const std::size_t size = stream.read(netio::buffer(block)))
        answer.append(block.data(), size);
    return answer;
}

class Inspector : public testing::Test {
  protected:
    test::temporary_folder folder;
    const unix_endpoint path = unix_endpoint::from_path(folder / "inspect");
    fibers::runtime runtime{{.workers = 2, .name = "inspected"}};

    /// Asks, from a thread, until the answer has that, for ten seconds; the main fiber waits meanwhile.
    std::string answer_with(const std::string& awaited, const std::string& line) {
        std::string answer;
        std::atomic<bool> over = false;
        std::thread asks{[&] {
            const auto end = std::chrono::steady_clock::now() + 10s;
            while (answer.find(awaited) == answer.npos && std::chrono::steady_clock::now() < end)
                answer = answer_to(path, line);
            over = true;
        }};
        runtime.run([&] {
            auto sleeper =
                fibers::spawn({.name = "sleeper"}, [] { fibers::this_fiber::sleep_for(1h); });
            auto holder = fibers::spawn({.name = "holder"}, [&] {
                while (!over) {
                }
            });
            while (!over)
                fibers::this_fiber::sleep_for(1ms);
        });
        asks.join();
        return answer;
    }
};

TEST_F(Inspector, AnswersInText) {
    const netio::inspector inspector{runtime, path};
    EXPECT_THAT(
        answer_with("\"holder\", worker", "stacks"),
        AllOf(StartsWith("runtime \"inspected\": 2 workers"), HasSubstr("a fiber holds it")));
}

TEST_F(Inspector, AnswersInJson) {
    const netio::inspector inspector{runtime, path};
    const json dump = json::parse(answer_with("\"holder\"", "stacks json"));
    EXPECT_EQ(dump.at("name"), "inspected");
    ASSERT_EQ(dump.at("workers").size(), 2u);
    bool seen = false;
    for (const json& fiber : dump.at("fibers")) {
        if (fiber.at("name") != "holder")
            continue;
        seen = true;
        EXPECT_EQ(fiber.at("state"), "running");
        EXPECT_EQ(dump.at("workers").at(fiber.at("worker").get<std::size_t>()).at("held"), true);
    }
    EXPECT_TRUE(seen);
}

TEST_F(Inspector, AnswersMetrics) {
    const netio::inspector inspector{runtime, path};
    EXPECT_THAT(answer_with("weft_fibers_alive{runtime=\"inspected\"} 2", "metrics"),
                HasSubstr("# TYPE weft_queue_delay_seconds histogram"));
}

TEST_F(Inspector, SaysWhatThereIs) {
    const netio::inspector inspector{runtime, path};
    EXPECT_THAT(answer_to(path, "hello"), StartsWith("there is: metrics, fibers, stacks"));
    EXPECT_THROW(answer_to(path, std::string(100'000, 'x')), std::system_error) << "cut off";
    EXPECT_THAT(answer_to(path, "fibers"), StartsWith("runtime \"inspected\": 0 workers"));
}

TEST_F(Inspector, IsForItsOwnerOnlyAndLeavesNoFile) {
    {
        const netio::inspector inspector{runtime, path};
        struct stat file {};
        ASSERT_EQ(::stat((folder / "inspect").c_str(), &file), 0);
        EXPECT_EQ(file.st_mode & 0777, 0600u);
    }
    EXPECT_NE(::access((folder / "inspect").c_str(), F_OK), 0);
}

TEST_F(Inspector, EndsAlthoughAVisitorSaysNothing) {
    std::optional<netio::inspector> inspector{std::in_place, runtime, path};
    auto silent = netio::unix_stream::connect(path);
    std::this_thread::sleep_for(20ms);
    inspector.reset();
    std::string byte(1, char{});
    std::error_code ec;
    EXPECT_EQ(silent.read(netio::buffer(byte), ec), 0u);
}

TEST_F(Inspector, SaysWhereItCannotListen) {
    const netio::inspector first{runtime, path};
    try {
        const netio::inspector second{runtime, path};
        FAIL() << "two at one path";
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::address_in_use);
    }
}

} // namespace
