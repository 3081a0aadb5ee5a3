#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/handover.hpp>
#include <netio/serve.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::handover;
using netio::tcp_listener;
using netio::tcp_stream;
using netio::unix_endpoint;
using netio::unix_listener;

class Handover : public test::everywhere {
  protected:
    const test::temporary_folder folder_;
    const unix_endpoint path_ = unix_endpoint::from_path(folder_ / "handover");
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Handover, test::every_place);

TEST_P(Handover, GivesListenersToASuccessorThatIsReady) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        tcp_listener tcp{"127.0.0.1:0"};
        const auto socket = unix_endpoint::from_path(folder_ / "socket");
        unix_listener local{socket};
        handover first{path_};
        EXPECT_FALSE(first.predecessor());
        first.offer("http", tcp);
        first.offer("control", local);
        auto waiting = start([&] {
            first.wait();
            tcp.close();
            local.close();
        });

        handover second{path_};
        EXPECT_EQ(second.predecessor(), ::getpid());
        EXPECT_FALSE(second.take("ftp"));
        auto taken_tcp = tcp_listener::adopt(second.take("http").release());
        auto taken_local = unix_listener::adopt(second.take("control").release());
        EXPECT_FALSE(second.take("http")) << "it was taken";
        EXPECT_TRUE(tcp.is_open()) << "it is not ready";
        // Before the predecessor closes its own: in the backlog of both.
        const auto early = tcp_stream::connect(taken_tcp.local_endpoint());
        second.ready();
        waiting.join();
        EXPECT_FALSE(tcp.is_open());
        EXPECT_EQ(taken_tcp.accept().remote_endpoint(), early.local_endpoint());
        const auto late = tcp_stream::connect(taken_tcp.local_endpoint());
        EXPECT_EQ(taken_tcp.accept().remote_endpoint(), late.local_endpoint());
        const auto by_path = netio::unix_stream::connect(socket);
        taken_local.accept();
    });
}

TEST_P(Handover, GoesOnFromOneToTheNext) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        auto listener = std::make_unique<tcp_listener>("127.0.0.1:0");
        const auto address = listener->local_endpoint();
        std::optional<handover> current{path_};
        for (int i = 0; i != 5; ++i) {
            current->offer("http", *listener);
            auto waiting = start([&] { current->wait(); });
            handover next{path_};
            auto taken =
                std::make_unique<tcp_listener>(tcp_listener::adopt(next.take("http").release()));
            next.ready();
            waiting.join();
            current = std::move(next);
            listener = std::move(taken);
            EXPECT_EQ(listener->local_endpoint(), address);
        }
        current.reset();
        EXPECT_FALSE(std::filesystem::exists(folder_ / "handover")) << "the last one removes it";
        EXPECT_FALSE(handover{path_}.predecessor());
    });
}

TEST_P(Handover, WorksWithAnAbstractName) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        const auto name = unix_endpoint::from_abstract_name(path_.path());
        handover first{name};
        auto waiting = start([&] { first.wait(); });
        handover second{name};
        EXPECT_TRUE(second.predecessor());
        second.ready();
        waiting.join();
    });
}

TEST_P(Handover, IsRefusedAtAFileThatIsNoSocket) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        std::ofstream{folder_ / "handover"} << "text";
        std::error_code ec;
        const handover first{path_, {}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
    });
}

TEST_P(Handover, OutlivesASuccessorThatIsNeverReady) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        tcp_listener listener{"127.0.0.1:0"};
        handover first{path_};
        first.offer("http", listener);
        auto waiting = start([&] { first.wait(); });
        for (int i = 0; i != 3; ++i) {
            handover failed{path_};
            EXPECT_TRUE(failed.predecessor());
            EXPECT_TRUE(failed.take("http"));
        }
        netio::unix_seqpacket::connect(path_).send(buffer("nonsense"));
        handover at_last{path_};
        EXPECT_TRUE(at_last.take("http"));
        at_last.ready();
        waiting.join();
    });
}

TEST_P(Handover, GivesUpASuccessorThatHangs) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        tcp_listener listener{"127.0.0.1:0"};
        handover first{path_, {.ready_timeout = 100ms}};
        first.offer("http", listener);
        auto waiting = start([&] { first.wait(); });
        handover hanging{path_};
        EXPECT_TRUE(hanging.take("http"));
        handover next{path_}; // waits for its turn
        EXPECT_TRUE(next.take("http"));
        next.ready();
        waiting.join();
        std::error_code ec;
        hanging.ready(ec);
        EXPECT_EQ(ec, std::errc::connection_aborted);
    });
}

TEST_P(Handover, EndsAtItsCallersDeadlineAlsoWhileASuccessorHangs) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        handover first{path_};
        std::error_code ec;
        auto waiting = start([&] {
            const fibers::timeout_scope soon{100ms};
            first.wait(ec);
        });
        handover hanging{path_};
        EXPECT_TRUE(hanging.predecessor());
        waiting.join();
        EXPECT_EQ(ec, std::errc::timed_out);
        hanging.ready(); // for the predecessor does not go on
    });
}

TEST_P(Handover, TakesAPathWhosePredecessorHasDied) {
    run([&] {
        {
            // As a process that is killed leaves it.
            netio::unix_seqpacket_listener dead{path_, {.remove_path = false}};
        }
        EXPECT_TRUE(std::filesystem::exists(folder_ / "handover"));
        EXPECT_FALSE(handover{path_}.predecessor());
    });
}

TEST_P(Handover, BeginsAnewWhenThePredecessorEndsInstead) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        std::optional<handover> first{path_};
        std::optional<handover> second;
        auto starting = start([&] { second.emplace(path_); });
        settle(); // it waits for an answer
        first.reset();
        starting.join();
        EXPECT_FALSE(second->predecessor());
    });
}

TEST_P(Handover, DoesNotGiveWhatIsClosed) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        tcp_listener listener{"127.0.0.1:0"};
        std::optional<handover> first{path_};
        first->offer("http", listener);
        listener.close();
        auto waiting = start([&] {
            const fibers::timeout_scope soon{100ms};
            std::error_code ec;
            first->wait(ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        });
        handover second{path_};
        EXPECT_FALSE(second.predecessor());
        waiting.join();
    });
}

TEST_P(Handover, RefusesWhoSpeaksSomethingElse) {
    run([&] {
        for (const char* answer : {"weft-handover 2 1\n", "weft-handover 1 x\n", "hello\n",
                                   "weft-handover 1 1\nname without a descriptor\n"}) {
            netio::unix_seqpacket_listener other{path_};
            auto answering = start([&] {
                auto peer = other.accept();
                const std::array handles{other.native_handle()};
                peer.send_descriptors(buffer(answer), handles);
            });
            std::error_code ec;
            const handover failed{path_, {}, ec};
            EXPECT_EQ(ec, std::errc::protocol_error) << answer;
            answering.join();
        }
    });
}

TEST_P(Handover, IsReadyAlsoWhenThePredecessorIsGone) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        std::optional<handover> first{path_};
        auto waiting = start([&] {
            const fibers::timeout_scope soon{100ms};
            std::error_code ec;
            first->wait(ec);
        });
        handover second{path_};
        EXPECT_TRUE(second.predecessor());
        waiting.join();
        first.reset();
        second.ready();
        EXPECT_TRUE(std::filesystem::exists(folder_ / "handover"))
            << "it is the successor's by now";
    });
}

class HandoverWithServe : public Handover {};
INSTANTIATE_TEST_SUITE_P(Fibers, HandoverWithServe, test::fibers_only);

/// A process in the small.
class generation {
  public:
    explicit generation(const unix_endpoint& path)
        : handover_{path}
        , listener_{handover_.predecessor() ? tcp_listener::adopt(handover_.take("echo").release())
                                            : tcp_listener{"127.0.0.1:0"}} {
        handover_.offer("echo", listener_);
    }

    const netio::endpoint& address() const noexcept { return listener_.local_endpoint(); }

    /// Until there is a successor, or it is stopped.
    netio::serve_counts run() {
        netio::server server;
        fibers::scope handing_over;
        handing_over.spawn([&] {
            handover_.ready();
            handover_.wait();
            server.request_stop();
        });
        server.serve(listener_, [](tcp_stream stream) {
            std::array<std::byte, 64> bytes;
            while (const std::size_t count = stream.read(bytes))
                stream.write_all(std::span{bytes}.first(count));
        });
        handing_over.request_stop();
        return server.counts();
    }

  private:
    handover handover_;
    tcp_listener listener_;
};

TEST_P(HandoverWithServe, LosesNobodyUnderLoad) {
    run([&] {
        const fibers::timeout_scope limit{30s};
        std::atomic<bool> is_over = false;
        std::atomic<std::uint64_t> lost = 0, echoed = 0, served = 0;
        std::optional<netio::endpoint> address;
        const auto begin_generation = [&](fibers::scope& into) {
            auto next = std::make_unique<generation>(path_);
            address = next->address();
            into.spawn([&, next = std::move(next)] { served += next->run().completed; });
        };
        const auto visit = [&](netio::endpoint where) {
            std::error_code ec;
            auto client = tcp_stream::connect(where, ec);
            for (int i = 0; i != 3 && !ec; ++i) {
                client.write_all(buffer("echo"), ec);
                std::string back(4, '\0');
                if (!ec)
                    client.read_exactly(buffer(back), ec);
                fibers::this_fiber::yield();
            }
            ++(ec ? lost : echoed);
        };

        fibers::scope servers;
        begin_generation(servers);
        {
            fibers::scope clients;
            for (int i = 0; i != 20; ++i)
                clients.spawn([&, where = *address] {
                    while (!is_over)
                        visit(where);
                });
            for (int i = 0; i != 5; ++i) {
                fibers::this_fiber::sleep_for(30ms);
                begin_generation(servers);
            }
            fibers::this_fiber::sleep_for(30ms);
            is_over = true;
        }
        servers.request_stop();
        try {
            servers.join();
        } catch (const std::system_error&) {
            // The last one was stopped.
        }
        EXPECT_EQ(lost, 0u);
        EXPECT_GT(echoed, 0u);
        EXPECT_EQ(served, echoed);
    });
}

} // namespace
