#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/process.hpp>
#include <netio/systemd.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/unix_listener.hpp>

#include <fibers/fiber.hpp>
#include <fibers/now.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::service_manager;
using netio::systemd_descriptors;
using netio::unix_endpoint;

/// A variable of the environment, as long as the object lives.
class variable {
  public:
    variable(const char* name, const std::string& value) : name_{name} {
        ::setenv(name, value.c_str(), true);
    }
    variable(const variable&) = delete;
    variable& operator=(const variable&) = delete;
    ~variable() { ::unsetenv(name_); }

  private:
    const char* name_;
};

/// Of this test: in the process that others start with two listeners, tells what it has got.
TEST(SystemdChild, DISABLED_TellsWhatItWasPassed) {
    std::string told;
    for (auto& [name, descriptor] : systemd_descriptors()) {
        EXPECT_NE(::fcntl(descriptor.get(), F_GETFD) & FD_CLOEXEC, 0);
        std::error_code ec;
        const auto tcp = netio::tcp_listener::adopt(descriptor.get(), ec);
        if (!ec)
            told += name + " " + tcp.local_endpoint().to_string() + "\n";
        else
            told += name + " " +
                    netio::unix_listener::adopt(descriptor.get()).local_endpoint().to_string() +
                    "\n";
        static_cast<void>(descriptor.release());
    }
    EXPECT_EQ(std::getenv("LISTEN_PID"), nullptr);
    EXPECT_EQ(systemd_descriptors().size(), 0u) << "they are handed out once";
    ASSERT_EQ(::write(STDERR_FILENO, told.data(), told.size()), static_cast<ssize_t>(told.size()));
}

class SystemdDescriptors : public testing::Test {
  protected:
    /// What the process says that is started with a TCP and a Unix listener and that environment.
    std::string told_by_child(const std::string& environment) {
        const std::string self = std::filesystem::read_symlink("/proc/self/exe");
        auto child = netio::process::spawn(
            "sh", {.arguments = {"-c", environment + " exec " + self +
                                           " --gtest_also_run_disabled_tests "
                                           "--gtest_filter=SystemdChild.* >&2"},
                   .error_output = netio::process_stream::pipe,
                   .descriptors = {{tcp_.native_handle(), 3}, {unix_.native_handle(), 4}}});
        const fibers::timeout_scope limit{20s};
        std::string told = child.error_output().read_all();
        EXPECT_TRUE(child.wait().success()) << told;
        return told;
    }

    const test::temporary_folder folder_;
    netio::tcp_listener tcp_{"127.0.0.1:0"};
    netio::unix_listener unix_{unix_endpoint::from_path(folder_ / "socket")};
};

TEST_F(SystemdDescriptors, AreThoseThatThisProcessWasPassed) {
    const std::string told =
        told_by_child("LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http.socket:control");
    EXPECT_NE(told.find("http.socket " + tcp_.local_endpoint().to_string() + "\n"), told.npos)
        << told;
    EXPECT_NE(told.find("control " + unix_.local_endpoint().to_string() + "\n"), told.npos) << told;
}

TEST_F(SystemdDescriptors, HaveAName) {
    const std::string told = told_by_child("LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=http");
    EXPECT_NE(told.find("http 127.0.0.1:"), told.npos) << told;
    EXPECT_NE(told.find("unknown unix:"), told.npos) << told;
}

TEST_F(SystemdDescriptors, AreNoneIfTheyAreAnothersOrNobodys) {
    {
        const variable process{"LISTEN_PID", std::to_string(::getppid())};
        const variable count{"LISTEN_FDS", "1"};
        EXPECT_EQ(systemd_descriptors().size(), 0u);
        EXPECT_STREQ(std::getenv("LISTEN_FDS"), "1") << "they are left to whose they are";
    }
    EXPECT_EQ(systemd_descriptors().size(), 0u);
}

TEST_F(SystemdDescriptors, FailWhereTheEnvironmentMakesNoSense) {
    const variable process{"LISTEN_PID", std::to_string(::getpid())};
    for (const char* nonsense : {"two", "-1", "", "1 "}) {
        const variable count{"LISTEN_FDS", nonsense};
        std::error_code ec;
        EXPECT_EQ(systemd_descriptors(ec).size(), 0u);
        EXPECT_EQ(ec, std::errc::invalid_argument) << nonsense;
    }
}

/// A socket as systemd has it, and what it receives.
class ServiceManager : public test::everywhere {
  protected:
    /// For paths and abstract names.
    static std::string notify_socket_of(const unix_endpoint& address) {
        return address.is_abstract() ? '@' + std::string{address.abstract_name()}
                                     : std::string{address.path()};
    }

    static std::string received(netio::unix_datagram& socket) {
        const fibers::timeout_scope limit{10s};
        std::string text(1000, '\0');
        text.resize(socket.receive(netio::buffer(text)).size);
        return text;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ServiceManager, test::every_place);

TEST_P(ServiceManager, IsTold) {
    run([&] {
        const test::temporary_folder folder;
        for (const auto& address : {unix_endpoint::from_path(folder / "notify"), unix_endpoint{}}) {
            netio::unix_datagram socket{address};
            const variable path{"NOTIFY_SOCKET", notify_socket_of(socket.local_endpoint())};
            service_manager manager;
            EXPECT_TRUE(manager);
            manager.ready();
            EXPECT_EQ(received(socket), "READY=1");
            manager.status("12 connections");
            EXPECT_EQ(received(socket), "STATUS=12 connections");
            manager.main_process(42);
            EXPECT_EQ(received(socket), "MAINPID=42");
            manager.stopping();
            EXPECT_EQ(received(socket), "STOPPING=1");
            manager.notify("ERRNO=5\nX_MINE=yes");
            EXPECT_EQ(received(socket), "ERRNO=5\nX_MINE=yes");
        }
    });
}

TEST_P(ServiceManager, IsToldWhenTheConfigurationIsReadAgain) {
    run([&] {
        netio::unix_datagram socket{unix_endpoint{}};
        const variable path{"NOTIFY_SOCKET", notify_socket_of(socket.local_endpoint())};
        service_manager{}.reloading();
        const std::string text = received(socket);
        const std::string begin = "RELOADING=1\nMONOTONIC_USEC=";
        ASSERT_TRUE(text.starts_with(begin)) << text;
        timespec now;
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        const long long microseconds = now.tv_sec * 1'000'000LL + now.tv_nsec / 1000;
        EXPECT_LE(std::stoll(text.substr(begin.size())), microseconds);
        EXPECT_GE(std::stoll(text.substr(begin.size())), microseconds - 10'000'000);
    });
}

TEST_P(ServiceManager, IsNotToldWhereThereIsNone) {
    run([] {
        service_manager manager;
        EXPECT_FALSE(manager);
        EXPECT_FALSE(manager.watchdog_interval());
        manager.ready();
        manager.status("nobody knows");
        manager.feed_watchdog();
    });
}

TEST_P(ServiceManager, MayBeGone) {
    run([] {
        const variable path{"NOTIFY_SOCKET", "@nobody/listens/there"};
        service_manager manager;
        std::error_code ec;
        manager.ready(ec);
        EXPECT_EQ(ec, std::errc::connection_refused) << ec.message();
        EXPECT_THROW(manager.stopping(), std::system_error);
    });
}

TEST_P(ServiceManager, IsNotSoughtWhereItCannotBe) {
    run([] {
        for (const char* address : {"vsock:2:1234", "", "relative/path"}) {
            const variable path{"NOTIFY_SOCKET", address};
            std::error_code ec;
            EXPECT_FALSE(service_manager{ec});
            EXPECT_EQ(ec, std::errc::address_family_not_supported);
        }
        const variable path{"NOTIFY_SOCKET", "/run/notify"};
        const variable interval{"WATCHDOG_USEC", "soon"};
        EXPECT_THROW(service_manager{}, std::system_error);
    });
}

class ServiceWatchdog : public ServiceManager {};
INSTANTIATE_TEST_SUITE_P(Fibers, ServiceWatchdog, test::fibers_only);

TEST_P(ServiceWatchdog, IsFedTwiceInEachIntervalAsLongAsAllIsWell) {
    run([&] {
        netio::unix_datagram socket{unix_endpoint{}};
        const variable path{"NOTIFY_SOCKET", notify_socket_of(socket.local_endpoint())};
        const variable interval{"WATCHDOG_USEC", "100000"};
        const variable process{"WATCHDOG_PID", std::to_string(::getpid())};
        service_manager manager;
        EXPECT_EQ(manager.watchdog_interval(), 100ms);
        const auto begin = fibers::now();
        int asked = 0;
        auto feeding = fibers::spawn([&] { manager.feed_watchdog([&] { return ++asked != 2; }); });
        EXPECT_EQ(received(socket), "WATCHDOG=1");
        EXPECT_EQ(received(socket), "WATCHDOG=1");
        EXPECT_GE(asked, 3);
        EXPECT_GE(fibers::now() - begin, 95ms) << "the second time not all was well";
        feeding.request_stop();
        EXPECT_THROW(feeding.join(), std::system_error);
    });
}

TEST_P(ServiceWatchdog, IsNotFedForAnotherProcess) {
    run([&] {
        netio::unix_datagram socket{unix_endpoint{}};
        const variable path{"NOTIFY_SOCKET", notify_socket_of(socket.local_endpoint())};
        const variable interval{"WATCHDOG_USEC", "100000"};
        const variable process{"WATCHDOG_PID", std::to_string(::getppid())};
        service_manager manager;
        EXPECT_FALSE(manager.watchdog_interval());
        manager.feed_watchdog();
    });
}

} // namespace
