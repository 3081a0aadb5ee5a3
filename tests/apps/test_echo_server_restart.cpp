// Restarts that nobody notices: by handing over, and with sockets that systemd would have opened.

#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <stdlib.h>

using namespace std::chrono_literals;

namespace {

class EchoServerRestarts : public testing::Test {
  protected:
    EchoServerRestarts() {
        std::string name = testing::TempDir() + "weft_restart_XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~EchoServerRestarts() override { std::filesystem::remove_all(folder_); }

    std::unique_ptr<running_server> start(std::vector<std::string> options = {}) const {
        options.insert(options.begin(), {"echo_server", "--port", "0", "--handover",
                                         folder_ / "handover", "--workers", "2"});
        return std::make_unique<running_server>(options);
    }

    std::filesystem::path folder_;
};

/// Clients that connect, echo a few times and go, until they are told to end.
class visitors {
  public:
    explicit visitors(std::uint16_t port) {
        for (auto& each : threads_)
            each = std::jthread{[this, port](std::stop_token stop) {
                while (!stop.stop_requested())
                    ++(is_served(port) ? served_ : lost_);
            }};
    }

    /// Ends them.
    void leave() {
        for (auto& each : threads_)
            each.request_stop();
        for (auto& each : threads_)
            each.join();
    }

    int served() const { return served_; }
    int lost() const { return lost_; }

  private:
    static bool is_served(std::uint16_t port) try {
        client visitor{port};
        for (int i = 0; i < 3; ++i)
            if (!visitor.is_echoed("a request"))
                return false;
        visitor.finish_sending();
        return visitor.receive_all().empty();
    } catch (const std::exception&) {
        return false;
    }

    std::atomic<int> served_ = 0, lost_ = 0;
    std::array<std::jthread, 4> threads_;
};

TEST_F(EchoServerRestarts, LosingNoConnectionAndNoRequestUnderLoad) {
    auto current = start({"--drain-timeout", "1h"});
    const auto port = current->port();
    visitors clients{port};
    client long_lived{port};
    EXPECT_TRUE(long_lived.is_echoed("before"));
    auto first = std::move(current);
    int connections = 0;
    for (int i = 0; i < 4; ++i) {
        std::this_thread::sleep_for(100ms);
        auto next = start({"--drain-timeout", "1h"});
        EXPECT_EQ(next->port(), port);
        next->wait_for("took over from process " +
                       std::to_string((current ? *current : *first).id()));
        if (current) {
            EXPECT_EQ(current->wait(), 0);
            connections += std::stoi(current->wait_for("connections served: "));
        }
        current = std::move(next);
    }
    std::this_thread::sleep_for(100ms);
    clients.leave();
    EXPECT_EQ(clients.lost(), 0);
    EXPECT_GT(clients.served(), 0);

    EXPECT_TRUE(long_lived.is_echoed("the first is still there for who came to it"));
    first->wait_for("connections still open: ");
    long_lived.finish_sending();
    EXPECT_EQ(first->wait(), 0);
    connections += std::stoi(first->wait_for("connections served: "));
    current->signal(SIGTERM);
    EXPECT_EQ(current->wait(), 0);
    connections += std::stoi(current->wait_for("connections served: "));
    EXPECT_EQ(connections, clients.served() + 1);
    EXPECT_FALSE(std::filesystem::exists(folder_ / "handover"));
}

TEST_F(EchoServerRestarts, AfterAPredecessorWasKilled) {
    start()->signal(SIGKILL);
    const auto next = start();
    client peer{next->port()};
    EXPECT_TRUE(peer.is_echoed("alone"));
    EXPECT_EQ(next->out().find("took over"), std::string::npos);
}

TEST_F(EchoServerRestarts, NotWhenTheSuccessorFails) {
    const auto current = start();
    const finished failed = run({"echo_server", "--handover", folder_ / "handover", "--tls",
                                 "--certificate", "/nowhere.pem", "--key", "/nowhere.pem"});
    EXPECT_EQ(failed.code, 1);
    client peer{current->port()};
    EXPECT_TRUE(peer.is_echoed("as if nothing had been"));
    const auto next = start();
    EXPECT_EQ(next->port(), current->port());
    peer.finish_sending();
    EXPECT_EQ(current->wait(), 0);
}

/// What systemd does: a socket that listens, at descriptor 3, and a socket to notify.
class EchoServerUnderSystemd : public EchoServerRestarts {
  protected:
    EchoServerUnderSystemd() {
        listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(listener_, 128), 0);
        socklen_t size = sizeof address;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);

        notified_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un path{};
        path.sun_family = AF_UNIX;
        std::strncpy(path.sun_path, notify_socket().c_str(), sizeof path.sun_path - 1);
        EXPECT_EQ(::bind(notified_, reinterpret_cast<sockaddr*>(&path), sizeof path), 0);
        const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
        ::setsockopt(notified_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    }
    ~EchoServerUnderSystemd() override {
        ::close(listener_);
        ::close(notified_);
    }

    std::string notify_socket() const { return folder_ / "notify"; }

    running_server start_service(const std::string& environment = "") const {
        return running_server{{"sh", "-c",
                               "exec 3<&" + std::to_string(listener_) +
                                   "; LISTEN_PID=$$ LISTEN_FDS=1 " +
                                   "NOTIFY_SOCKET=" + notify_socket() + ' ' + environment +
                                   " exec " WEFT_APPS_DIR "/echo_server --port 1"}};
    }

    std::string notification() const {
        std::string text(1000, '\0');
        const auto count = ::recv(notified_, text.data(), text.size(), 0);
        text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
        return text;
    }

    int listener_;
    int notified_;
    std::uint16_t port_;
};

TEST_F(EchoServerUnderSystemd, TakesItsSocketAndTellsHowItIs) {
    running_server server = start_service();
    EXPECT_EQ(server.port(), port_);
    EXPECT_EQ(notification(), "READY=1");
    {
        client peer{port_};
        EXPECT_TRUE(peer.is_echoed("activated"));
    }
    server.signal(SIGTERM);
    EXPECT_EQ(notification(), "STOPPING=1");
    EXPECT_EQ(server.wait(), 0);
    client waits_for_the_next{port_};
    running_server next = start_service();
    EXPECT_TRUE(waits_for_the_next.is_echoed("served by the next"));
}

TEST_F(EchoServerUnderSystemd, FeedsTheWatchdog) {
    const running_server server = start_service("WATCHDOG_USEC=100000");
    int fed = 0;
    for (int i = 0; i < 4; ++i)
        fed += notification() == "WATCHDOG=1";
    EXPECT_GE(fed, 3);
}

} // namespace
