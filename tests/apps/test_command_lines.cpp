#include <tests/apps/process.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace {

using command = std::vector<std::string>;

class Mistake : public testing::TestWithParam<command> {};

INSTANTIATE_TEST_SUITE_P(
    In, Mistake,
    testing::Values(
        command{"echo_server", "--address", "nowhere"},
        command{"echo_server", "--address", "203.0.113.1"}, // no machine's own, RFC 5737
        command{"echo_server", "--port", "65536"}, command{"echo_server", "--port", "x"},
        command{"echo_server", "--workers=-1"},
        command{"echo_server", "--idle-timeout", "3 parsecs"},
        command{"echo_server", "--idle-timeout=-1s"}, command{"echo_server", "--no-such-option"},
        command{"echo_server", "stray"}, command{"echo_load", "nowhere"},
        command{"echo_load", "127.0.0.1"}, command{"echo_load", "--size", "0"},
        command{"echo_load", "--count", "1", "--duration", "1s"},
        command{"echo_load", "--no-such-option"}, command{"tour", "8"}, command{"tour", "first"},
        command{"thread_echo", "nowhere"}, command{"thread_echo_on_fibers", "nowhere"},
        command{"udp_echo", "nowhere"}, command{"udp_echo", "--no-such-option"},
        command{"crawler", "--threads", "0"}, command{"crawler", "--hosts", "many"},
        command{"crawler", "--pages=-1"}, command{"crawler", "--latency", "3 parsecs"},
        command{"crawler", "--workers", "2000"}, command{"crawler", "--no-such-option"},
        command{"http_server"}, command{"http_server", "--root", "/nowhere"},
        command{"http_server", "--root", ".", "--max-header", "1"}, command{"https_get"},
        command{"https_get", "http://localhost/"}, command{"web_chat", "--queue", "0"},
        command{"web_chat", "stray"}, command{"dns_lookup"},
        command{"dns_lookup", "host.test", "@nowhere"}, command{"dns_lookup", "-x", "host.test"},
        command{"dns_lookup", "--tries", "0", "host.test"}, command{"chat", "--address", "nowhere"},
        command{"chat", "--queue", "0"}, command{"chat", "stray"}, command{"tcp_proxy"},
        command{"tcp_proxy", "--balance", "by-lot", "127.0.0.1:1"},
        command{"tcp_proxy", "--address", "nowhere", "127.0.0.1:1"},
        command{"tcp_proxy", "--tls-backend-host", "host", "127.0.0.1:1"},
        command{"tcp_proxy", "--tls-listen", "/nowhere", "/nowhere", "--", "127.0.0.1:1"},
        command{"chat_client", "nowhere"}, command{"chat_client", "--no-such-option"},
        command{"weft_top"}, command{"weft_top", "/nowhere/socket"},
        command{"weft_top", "/nowhere/socket", "--sort", "age"}),
    [](const auto& each) {
        std::string name;
        for (const std::string& word : each.param)
            name += word + ' ';
        std::replace_if(
            name.begin(), name.end(), [](unsigned char c) { return !std::isalnum(c); }, '_');
        return name;
    });

TEST_P(Mistake, IsOneLineAndExitCodeOne) {
    const finished result = run(GetParam());
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(GetParam().front() + ": "), std::string::npos) << result.err;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

TEST(PortInUse, IsOneLineAndExitCodeOne) {
    const running_server first = echo_server();
    const finished second = run({"echo_server", "--port", first.port_text()});
    EXPECT_EQ(second.code, 1);
    EXPECT_EQ(second.out, "");
    EXPECT_EQ(second.err, "echo_server: cannot listen on 127.0.0.1:" + first.port_text() +
                              ": Address already in use\n");
}

TEST(Help, ListsTheOptions) {
    for (const auto& [program, option] : {std::pair{"echo_server", "--max-connections"},
                                          {"echo_load", "--pipeline"},
                                          {"crawler", "--latency"},
                                          {"crawler_on_fibers", "--workers"},
                                          {"crawler_on_fibers", "crawler_on_fibers"},
                                          {"tcp_proxy", "--balance"},
                                          {"thread_echo", "address"},
                                          {"thread_echo_on_fibers", "address"},
                                          {"tour", "step"},
                                          {"udp_echo", "address"}}) {
        const finished help = run({program, "--help"});
        EXPECT_EQ(help.code, 0);
        EXPECT_NE(help.out.find(option), std::string::npos) << help.out;
        EXPECT_EQ(help.err, "");
    }
}

} // namespace
