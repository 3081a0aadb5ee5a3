// What all servers have in common: how they are replaced, looked into and stopped.

#include <tests/apps/client.hpp>
#include <tests/apps/process.hpp>
#include <tests/apps/running_server.hpp>
#include <tests/apps/tcp_proxy.hpp>
#include <tests/apps/web_site.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>
#include <vector>

namespace {

using command = std::vector<std::string>;

command operator+(command words, const command& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

class Service : public testing::TestWithParam<command> {
  protected:
    /// Any number at the same paths.
    running_server start() const {
        return running_server{GetParam() + command{"--port", "0", "--handover", folder_ / "next",
                                                   "--inspect", folder_ / "inspect"}};
    }

    /// Whether weft_top sees a server at last.
    bool is_seen() const {
        const auto end = std::chrono::steady_clock::now() + patience;
        while (std::chrono::steady_clock::now() < end)
            if (run({"weft_top", folder_ / "inspect", "--once"}).out.find("main") !=
                std::string::npos)
                return true;
        return false;
    }

  private:
    test::temporary_folder folder_;
};

INSTANTIATE_TEST_SUITE_P(Of, Service,
                         testing::Values(command{"echo_server"}, command{"chat"},
                                         command{"web_chat"}, command{"http_server", "--root", "."},
                                         command{"tcp_proxy", "127.0.0.1:1"}),
                         [](const auto& each) { return each.param.front(); });

TEST_P(Service, IsSeenByWeftTop) {
    const running_server server = start();
    EXPECT_TRUE(is_seen());
}

TEST_P(Service, IsReplacedByTheNextAndSoIsWhatIsSeen) {
    running_server first = start();
    running_server second = start();
    EXPECT_EQ(second.port(), first.port());
    second.wait_for("took over from process " + std::to_string(first.id()));
    EXPECT_EQ(first.wait(), 0);
    EXPECT_TRUE(is_seen());
    running_server third = start();
    third.wait_for("took over from process " + std::to_string(second.id()));
    EXPECT_EQ(second.wait(), 0);
    EXPECT_TRUE(is_seen());
    third.signal(SIGTERM);
    EXPECT_EQ(third.wait(), 0);
    for (const running_server* each : {&first, &second, &third})
        EXPECT_EQ(each->err(), "");
}

TEST_P(Service, StopsAtASignal) {
    running_server server = start();
    server.signal(SIGINT);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_TRUE(is_refused(server.port()));
}

TEST(TcpProxyIsReplaced, WhileItsConnectionsGoOn) {
    const test::temporary_folder folder;
    const running_server server = echo_server();
    const command words{"--handover", folder / "next", address_of(server)};
    running_server first = tcp_proxy(words);
    client early{first.port()};
    EXPECT_TRUE(early.is_echoed("before"));
    const running_server second = tcp_proxy(words);
    first.wait_for("connections still open: 1");
    client late{first.port()};
    EXPECT_TRUE(late.is_echoed("by the second"));
    EXPECT_TRUE(early.is_echoed("still by the first"));
    early.finish_sending();
    EXPECT_EQ(first.wait(), 0);
}

TEST(HttpServerIsReplaced, BetweenTwoRequestsOfOneClient) {
    const test::temporary_folder folder;
    const web_site site;
    const command options{"--handover", folder / "next"};
    running_server first = site.serve(options);
    client early{first.port()};
    EXPECT_TRUE(early.send(get("/healthz")));
    EXPECT_TRUE(receive_answer(early).starts_with("HTTP/1.1 200"));
    const running_server second = site.serve(options);
    EXPECT_TRUE(early.is_ended_by_server());
    EXPECT_EQ(first.wait(), 0);
    client again{first.port()};
    EXPECT_TRUE(again.send(get("/healthz")));
    EXPECT_TRUE(receive_answer(again).starts_with("HTTP/1.1 200"));
}

} // namespace
