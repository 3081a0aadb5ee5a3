#include <tests/fibers/errors.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/buffered_reader.hpp>
#include <netio/copy.hpp>
#include <netio/file.hpp>
#include <netio/process.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::exit_status;
using netio::process;
using enum netio::process_stream;

class Process : public test::everywhere {
  protected:
    /// Whether this process has a child, running or not.
    static bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1; }

    static process shell(const std::string& script, netio::process_options options = {}) {
        options.arguments = {"-c", script};
        return process::spawn("sh", options);
    }

    static std::string output_of(const std::string& script, netio::process_options options = {}) {
        options.output = pipe;
        auto child = shell(script, options);
        auto text = child.output().read_all();
        EXPECT_TRUE(child.wait().success());
        return text;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Process, test::every_place);

TEST_P(Process, TellsHowTheChildEnded) {
    run([&] {
        auto child = shell("exit 7");
        EXPECT_EQ(child.wait(), (exit_status{.code = 7}));
        EXPECT_EQ(child.wait(), (exit_status{.code = 7}));
        EXPECT_TRUE(process::spawn("true").wait().success());
        EXPECT_EQ(shell("kill -TERM $$").wait(), (exit_status{.signal = SIGTERM}));
    });
    EXPECT_FALSE(has_children());
}

TEST_P(Process, TalksThroughItsPipes) {
    run([&] {
        auto child = process::spawn("cat", {.input = pipe, .output = pipe});
        const auto sent = test::pattern(1'000'000);
        auto writing = start([&] {
            child.input().write_all(sent);
            child.input().close();
        });
        const std::string received = child.output().read_all();
        writing.join();
        EXPECT_TRUE(std::ranges::equal(netio::buffer(received), sent));
        EXPECT_TRUE(child.wait().success());
    });
}

TEST_P(Process, KeepsOutputAndErrorsApart) {
    run([&] {
        auto child = shell("echo out; echo err >&2", {.output = pipe, .error_output = pipe});
        EXPECT_EQ(child.output().read_all(), "out\n");
        EXPECT_EQ(child.error_output().read_all(), "err\n");
        EXPECT_FALSE(child.input().is_open());
    });
}

TEST_P(Process, GetsItsArgumentsEnvironmentAndDirectory) {
    run([&] {
        EXPECT_EQ(output_of("echo $A; pwd; env | wc -l",
                            {.environment = {{"A=b c", "PWD=/"}}, .directory = "/"}),
                  "b c\n/\n2\n");
        auto child = process::spawn(
            "printf", {.arguments = {"<%s>", "one two", "", "$HOME"}, .output = pipe});
        EXPECT_EQ(child.output().read_all(), "<one two><><$HOME>");
    });
}

TEST_P(Process, InheritsNoDescriptorButThoseItIsGiven) {
    run([&] {
        const int leaky = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC
        std::array<int, 2> ends;
        ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
        const std::string list = "ls /proc/self/fd | tr '\\n' ' '; echo passed >&5";
        // ls opens the directory itself, with the lowest number.
        EXPECT_EQ(output_of(list, {.descriptors = {{ends[1], 5}}}), "0 1 2 3 5 ");
        std::array<char, 7> text;
        EXPECT_EQ(::read(ends[0], text.data(), text.size()), 7);
        for (const int fd : {leaky, ends[0], ends[1]})
            ::close(fd);
    });
}

TEST_P(Process, SwapsDescriptors) {
    run([&] {
        const test::temporary_folder folder;
        const int a = ::open((folder / "a").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        const int b = ::open((folder / "b").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        auto child =
            shell("echo a >/dev/fd/" + std::to_string(b) + "; echo b >/dev/fd/" + std::to_string(a),
                  {.descriptors = {{a, b}, {b, a}}});
        EXPECT_TRUE(child.wait().success());
        auto file = netio::file::open(folder / "a");
        netio::buffered_reader reader{file};
        EXPECT_EQ(reader.read_line(), "a");
        ::close(a);
        ::close(b);
    });
}

TEST_P(Process, WaitHonoursTheDeadlineAndTheChildGoesOn) {
    run([&] {
        auto child = process::spawn("sleep", {.arguments = {"100"}});
        {
            const fibers::timeout_scope limit{20ms};
            std::error_code ec;
            child.wait(ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        child.kill();
        EXPECT_EQ(child.wait(), (exit_status{.signal = SIGTERM}));
        std::error_code ec;
        child.kill(SIGTERM, ec);
        EXPECT_EQ(ec, std::errc::no_such_process);
    });
}

TEST_P(Process, IsKilledByAnotherWhileOneWaits) {
    run([&] {
        auto child = process::spawn("sleep", {.arguments = {"100"}});
        auto waiting = start([&] { EXPECT_EQ(child.wait().signal, SIGKILL); });
        settle();
        child.kill(SIGKILL);
        waiting.join();
    });
}

TEST_P(Process, ThatIsDroppedLeavesNeitherZombieNorDescriptor) {
    run([&] {
        process::spawn("true").wait(); // whatever is opened only once is open now
        const std::size_t before = test::open_descriptors();
        {
            auto dropped = process::spawn("sleep", {.arguments = {"100"}, .input = pipe});
            auto replaced = process::spawn("sleep", {.arguments = {"100"}});
            replaced = process::spawn("true");
            const fibers::timeout_scope limit{0s}; // destructors do not look at it
            process moved = std::move(dropped);
        }
        EXPECT_FALSE(has_children());
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(Process, ThatCannotStartSaysWhyAndLeavesNothing) {
    run([&] {
        process::spawn("true").wait();
        const std::size_t before = test::open_descriptors();
        const auto error_of = [](const std::string& program,
                                 const netio::process_options& options = {}) {
            std::error_code ec;
            process::spawn(program, options, ec);
            return ec;
        };
        EXPECT_EQ(error_of("no-such-program", {.input = pipe, .output = pipe}),
                  std::errc::no_such_file_or_directory);
        EXPECT_EQ(error_of("/etc/passwd"), std::errc::permission_denied);
        EXPECT_EQ(error_of("true", {.directory = "/no/such"}),
                  std::errc::no_such_file_or_directory);
        EXPECT_EQ(error_of("true", {.descriptors = {{0, 2}}}), std::errc::invalid_argument);
        EXPECT_EQ(error_of("true", {.descriptors = {{-1, 3}}}), std::errc::bad_file_descriptor);
        EXPECT_EQ(test::open_descriptors(), before);
        EXPECT_FALSE(has_children());
    });
}

TEST_P(Process, ThatCannotStartIsNamedAndSoIsItsFolder) {
    run([&] {
        EXPECT_EQ(test::message_of([] { process::spawn("no-such-program"); }),
                  "cannot start no-such-program: No such file or directory");
        EXPECT_EQ(test::message_of([] { process::spawn("true", {.directory = "/no/such"}); }),
                  "cannot start true in /no/such: No such file or directory");
    });
}

TEST_P(Process, IsNamedByAPipeThatFails) {
    run([&] {
        auto child = process::spawn("true", {.input = pipe});
        child.wait();
        EXPECT_EQ(test::message_of([&] { child.input().write(netio::buffer("x")); }),
                  "cannot write to the standard input of true: Broken pipe");
    });
}

TEST_P(Process, WritingToOneThatHasEndedFailsWithoutASignal) {
    run([&] {
        auto child = process::spawn("true", {.input = pipe});
        child.wait();
        std::error_code ec;
        child.input().write(netio::buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::broken_pipe);
    });
}

TEST_P(Process, ReadingFromOneThatSaysNothingHonoursTheDeadline) {
    run([&] {
        auto child = process::spawn("sleep", {.arguments = {"100"}, .output = pipe});
        const fibers::timeout_scope limit{20ms};
        std::error_code ec;
        child.output().read_all(ec);
        EXPECT_EQ(ec, std::errc::timed_out);
    });
}

TEST_P(Process, OutputIsCopiedToASocketInTheKernel) {
    run([&] {
        auto child = process::spawn("seq", {.arguments = {"100000"}, .output = pipe});
        auto [client, server] = test::connect();
        auto copying = start([&, &stream = server] {
            netio::copy(child.output(), stream);
            stream.shutdown_write();
        });
        const std::string text = test::read_text(client);
        copying.join();
        EXPECT_TRUE(text.ends_with("\n99999\n100000\n"));
        EXPECT_EQ(text.size(), 588'895u);
    });
}

TEST_P(Process, WithoutDescriptorsFailsAndLeavesNothing) {
    run([&] {
        process::spawn("true").wait();
        const std::size_t before = test::open_descriptors();
        rlimit former;
        ::getrlimit(RLIMIT_NOFILE, &former);
        // From none on to enough, so that each step on the way is the one that fails.
        bool started = false;
        for (std::size_t allowed = before; !started && allowed != before + 20; ++allowed) {
            rlimit few = former;
            few.rlim_cur = allowed;
            ::setrlimit(RLIMIT_NOFILE, &few);
            std::error_code ec;
            auto child = process::spawn("true", {.output = inherited}, ec);
            ::setrlimit(RLIMIT_NOFILE, &former);
            started = !ec;
            if (started)
                EXPECT_TRUE(child.wait().success());
            else
                EXPECT_EQ(ec, std::errc::too_many_files_open);
            EXPECT_FALSE(has_children());
        }
        EXPECT_TRUE(started);
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(Process, HundredAtOnceAreAllReaped) {
    run([&] {
        std::vector<test::task> tasks;
        for (int i = 0; i != 100; ++i)
            tasks.push_back(start([i] {
                auto child = shell("exit " + std::to_string(i));
                EXPECT_EQ(child.wait().code, i);
            }));
        for (auto& task : tasks)
            task.join();
    });
    EXPECT_FALSE(has_children());
}

class ProcessInFibers : public Process {};
INSTANTIATE_TEST_SUITE_P(Everywhere, ProcessInFibers, test::fibers_only);

TEST_P(ProcessInFibers, WaitEndsWhenItIsAskedToStopAndTheChildGoesOn) {
    run([&] {
        auto child = process::spawn("sleep", {.arguments = {"100"}});
        auto waiting = start([&] {
            std::error_code ec;
            child.wait(ec);
            EXPECT_EQ(ec, std::errc::operation_canceled);
        });
        settle();
        waiting.request_stop();
        waiting.join();
        child.kill();
        EXPECT_EQ(child.wait().signal, SIGTERM);
    });
}

} // namespace
