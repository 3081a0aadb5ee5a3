// weft_top, looking at programs that serve, hang and die.

#include <tests/apps/process.hpp>
#include <tests/apps/running_server.hpp>
#include <tests/fibers/sanitizers.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;

class WeftTop : public testing::Test {
  protected:
    test::temporary_folder folder;
    const std::string path = folder / "inspect";

    /// What it shows, until it shows that.
    std::string once_with(const std::string& awaited) const {
        std::string shown;
        const auto end = std::chrono::steady_clock::now() + patience;
        while (shown.find(awaited) == shown.npos && std::chrono::steady_clock::now() < end)
            shown = run({"weft_top", path, "--once"}).out;
        return shown;
    }
};

TEST_F(WeftTop, ShowsTheConnectionsOfAServer) {
    const running_server server = echo_server({"--inspect", path});
    const process client{{"nc", "127.0.0.1", server.port_text()}};
    EXPECT_THAT(
        once_with("127.0.0.1:"),
        AllOf(HasSubstr("runtime \"weft\": 1 workers"),
              ContainsRegex("parked .* 127\\.0\\.0\\.1:[0-9]+ +a descriptor to be readable"),
              HasSubstr("main")));
}

TEST_F(WeftTop, NamesTheFiberThatHangsTheProgramAndWhere) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer keeps signals back while code computes";
    process hung{{WEFT_HUNG_PROGRAM, path}};
    hung.wait_for("hangs");
    EXPECT_THAT(once_with("HELD by"),
                AllOf(ContainsRegex("HELD by fiber 0x[0-9a-f]+ \"guilty\" for .*, computing"),
                      HasSubstr("compute_for_ever")));
}

TEST_F(WeftTop, EndsWhenTheProgramDoes) {
    process hung{{WEFT_HUNG_PROGRAM, path}};
    hung.wait_for("hangs");
    process top{{"weft_top", path, "--interval", "50ms"}};
    top.wait_for("HELD");
    hung.signal(SIGKILL);
    EXPECT_EQ(top.wait(), 0);
    EXPECT_THAT(top.out(), AllOf(HasSubstr("\x1b[?1049l"), HasSubstr("the program has ended")));
}

TEST_F(WeftTop, EndsOnSignalAndLeavesTheTerminalAsItWas) {
    const running_server server = echo_server({"--inspect", path});
    process top{{"weft_top", path, "--interval", "50ms"}};
    top.wait_for("main");
    top.signal(SIGINT);
    EXPECT_EQ(top.wait(), 0);
    EXPECT_TRUE(top.out().ends_with("\x1b[?1049l"));
}

TEST_F(WeftTop, SortsAsItIsTold) {
    const running_server server = echo_server({"--inspect", path});
    const process one{{"nc", "127.0.0.1", server.port_text()}};
    once_with("127.0.0.1:");
    const std::string by_name = run({"weft_top", path, "--once", "--sort", "name"}).out;
    EXPECT_LT(by_name.find("127.0.0.1:"), by_name.rfind("  main "));
}

} // namespace
