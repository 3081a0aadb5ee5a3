#include <tests/apps/running_server.hpp>
#include <tests/apps/stub_server.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <csignal>
#include <sys/socket.h>

#include <string>
#include <vector>

namespace {

finished load(const running_server& server, std::vector<std::string> options) {
    options.insert(options.begin(), {"echo_load", "127.0.0.1:" + server.port_text()});
    return run(options);
}

finished load(const stub_server& server, std::vector<std::string> options) {
    options.insert(options.begin(), {"echo_load", server.address(), "--connections", "1"});
    return run(options);
}

void expect_failure(const finished& result, const std::string& reason) {
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "");
    EXPECT_NE(result.err.find(reason), std::string::npos) << result.err;
}

TEST(EchoLoad, CountsWhatTheServerCounts) {
    running_server server = echo_server();
    const auto result = load(server, {"--json", "--connections", "70", "--size", "100", "--count",
                                      "10001", "--pipeline", "4"});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    const auto json = nlohmann::json::parse(result.out);
    EXPECT_EQ(json["connections"], 70);
    EXPECT_EQ(json["messages"], 10001);
    EXPECT_EQ(json["bytes"], 1000100);
    EXPECT_NEAR(json["messages_per_second"].get<double>() * json["seconds"].get<double>(), 10001,
                1);
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(server.wait_for("connections served: "), "70, bytes echoed: 1000100");
}

TEST(EchoLoad, FindsAServerByItsName) {
    const running_server server = echo_server();
    const auto result = run({"echo_load", "localhost:" + server.port_text(), "--count", "100"});
    EXPECT_EQ(result.code, 0) << result.err;
}

TEST(EchoLoad, ReportsLatenciesInOrder) {
    const running_server server = echo_server();
    const auto result = load(server, {"--json", "--count", "5000"});
    ASSERT_EQ(result.code, 0) << result.err;
    const auto latency = nlohmann::json::parse(result.out)["latency_us"];
    double last = 0;
    for (const char* name : {"p50", "p90", "p99", "p99.9", "max"}) {
        EXPECT_GE(latency[name].get<double>(), last) << name;
        last = latency[name];
    }
    EXPECT_GT(latency["p50"].get<double>(), 0);
}

TEST(EchoLoad, SendsForAsLongAsItIsTold) {
    const running_server server = echo_server();
    const auto result = load(server, {"--json", "--duration", "700ms", "--workers", "2"});
    ASSERT_EQ(result.code, 0) << result.err;
    const auto json = nlohmann::json::parse(result.out);
    EXPECT_GE(json["seconds"].get<double>(), 0.69);
    EXPECT_LT(json["seconds"].get<double>(), 10);
    EXPECT_GT(json["messages"].get<int>(), 100);
}

TEST(EchoLoad, SendsMessagesThatNoSocketBufferHolds) {
    const running_server server = echo_server();
    const auto result = load(server, {"--json", "--connections", "2", "--size", "900000",
                                      "--pipeline", "8", "--count", "20"});
    ASSERT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(nlohmann::json::parse(result.out)["bytes"], 18'000'000);
}

TEST(EchoLoad, TellsAPersonWhatItMeasured) {
    const running_server server = echo_server();
    const auto result = load(server, {"--duration", "1500ms", "--progress"});
    EXPECT_EQ(result.code, 0);
    EXPECT_NE(result.out.find("every byte as it was sent"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("p99.9"), std::string::npos) << result.out;
    EXPECT_NE(result.err.find("messages/s"), std::string::npos) << result.err;
}

TEST(EchoLoad, FindsAWrongByte) {
    const stub_server server{[](int socket) {
        echo_spoilt(socket, [](std::string& bytes, std::size_t position) {
            if (position <= 1000 && 1000 < position + bytes.size())
                bytes[1000 - position] ^= 1;
        });
    }};
    expect_failure(load(server, {"--count", "100"}), "connection 0: byte 1000 came back as");
}

TEST(EchoLoad, FindsBytesThatAreInTheWrongOrder) {
    const stub_server server{[](int socket) {
        echo_spoilt(socket, [](std::string& bytes, std::size_t) {
            if (bytes.size() >= 128)
                bytes = bytes.substr(64) + bytes.substr(0, 64);
        });
    }};
    expect_failure(load(server, {"--count", "100", "--pipeline", "10"}), "connection 0: byte ");
}

TEST(EchoLoad, FindsBytesThatItNeverSent) {
    const stub_server server{[](int socket) {
        echo_spoilt(socket, [](std::string& bytes, std::size_t) { bytes += bytes; });
    }};
    expect_failure(load(server, {"--count", "100"}), "connection 0: ");
}

TEST(EchoLoad, ReportsAConnectionThatTheServerCloses) {
    const stub_server server{[](int socket) {
        char byte;
        EXPECT_EQ(::recv(socket, &byte, 1, 0), 1);
    }};
    expect_failure(load(server, {"--size", "1", "--count", "100"}), "connection 0: lost");
}

TEST(EchoLoad, ReportsAServerThatDoesNotAnswer) {
    const stub_server server{[](int socket) {
        echo_spoilt(socket, [](std::string& bytes, std::size_t) { bytes.clear(); });
    }};
    expect_failure(load(server, {"--timeout", "200ms"}), "connection 0: no reply for 0.2s");
}

TEST(EchoLoad, ReportsAServerThatIsKilled) {
    const running_server server = echo_server();
    process loading{{"echo_load", "127.0.0.1:" + server.port_text(), "--duration", "1h"}};
    process witness{{"sh", "-c", "sleep 0.3"}};
    witness.wait();
    server.signal(SIGKILL);
    EXPECT_EQ(loading.wait(), 1);
    EXPECT_NE(loading.err().find("lost"), std::string::npos) << loading.err();
}

TEST(EchoLoad, ReportsAServerThatIsNotThere) {
    expect_failure(run({"echo_load", "127.0.0.1:1"}), "Connection refused");
}

} // namespace
