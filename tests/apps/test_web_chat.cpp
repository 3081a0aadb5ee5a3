// web_chat, with WebSocket clients made of Beast on fibers, and curl for the page.

#include <tests/apps/running_server.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>
#include <netio/asio.hpp>
#include <netio/tcp_stream.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;

running_server web_chat(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"web_chat", "--port", "0"});
    return running_server{options};
}

/// Somebody with a browser.
class guest {
  public:
    explicit guest(const running_server& room)
        : stream_{netio::tcp_stream::connect("127.0.0.1:" + room.port_text())} {
        socket_.handshake("127.0.0.1:" + room.port_text(), "/room");
    }
    guest(const running_server& room, const std::string& name) : guest{room} {
        say(name);
        EXPECT_TRUE(hear("* here: "));
    }

    void say(const std::string& line) { socket_.write(asio::buffer(line)); }
    void send_binary(const std::string& message) {
        socket_.binary(true);
        socket_.write(asio::buffer(message));
    }

    /// Whether a line that begins so comes at last, whatever comes before.
    bool hear(std::string_view begin) {
        for (;;) {
            boost::system::error_code ec;
            beast::flat_buffer message;
            socket_.read(message, ec);
            if (ec)
                return false;
            if (beast::buffers_to_string(message.data()).starts_with(begin))
                return true;
        }
    }

    void leave() { socket_.close(beast::websocket::close_code::normal); }

  private:
    netio::tcp_stream stream_;
    beast::websocket::stream<netio::asio_stream<netio::tcp_stream&>> socket_{stream_};
};

/// Calls `body` in a fiber, for as long as anything may take.
template <class Body>
void in_time(Body body) {
    fibers::run([&] {
        const fibers::timeout_scope limit{patience};
        body();
    });
}

TEST(WebChat, CarriesWhatIsSaidToEverybody) {
    for (const char* workers : {"1", "2"})
        in_time([&] {
            const running_server server = web_chat({"--workers", workers});
            guest ada{server, "ada"}, bob{server, "bob"};
            EXPECT_TRUE(ada.hear("* bob enters"));
            ada.say("hello, bob");
            EXPECT_TRUE(bob.hear("ada: hello, bob"));
            EXPECT_TRUE(ada.hear("ada: hello, bob"));
            bob.say("<b>\x7f");
            EXPECT_TRUE(ada.hear("bob: <b>?"));
            bob.leave();
            EXPECT_TRUE(ada.hear("* bob leaves"));
            ada.say("/quit");
            EXPECT_FALSE(ada.hear("nothing"));
        });
}

TEST(WebChat, PutsOutWhoSendsWhatIsNoText) {
    in_time([&] {
        const running_server server = web_chat();
        guest ada{server, "ada"}, bob{server, "bob"};
        bob.send_binary("\xff\xfe");
        EXPECT_TRUE(ada.hear("* bob leaves"));
        EXPECT_FALSE(bob.hear("bob: "));
        ada.say("still here");
        EXPECT_TRUE(ada.hear("ada: still here"));
    });
}

TEST(WebChat, AsksForAnotherName) {
    in_time([&] {
        const running_server server = web_chat();
        guest ada{server, "ada"}, other{server};
        EXPECT_TRUE(other.hear("* what is your name?"));
        other.say("ada");
        EXPECT_TRUE(other.hear("* that name is taken"));
        other.say("no name!");
        EXPECT_TRUE(other.hear("* a name is"));
        other.say("bob");
        EXPECT_TRUE(other.hear("* here: ada, bob"));
    });
}

TEST(WebChat, LetsAHundredTalkAtOnce) {
    in_time([&] {
        const running_server server = web_chat({"--workers", "2", "--queue", "10000"});
        constexpr int guests = 100;
        std::vector<std::unique_ptr<guest>> all;
        for (int i = 0; i != guests; ++i)
            all.push_back(std::make_unique<guest>(server, "guest" + std::to_string(i)));
        fibers::scope talking;
        for (int i = 0; i != guests; ++i)
            talking.spawn([&, i] {
                guest& one = *all[static_cast<std::size_t>(i)];
                one.say("here I am");
                const int another = (i + 1) % guests;
                EXPECT_TRUE(one.hear("guest" + std::to_string(another) + ": here I am"));
            });
        talking.join();
    });
}

TEST(WebChat, PutsOutWhoDoesNotReadAndGoesOn) {
    in_time([&] {
        const running_server server = web_chat({"--queue", "4"});
        guest ada{server, "ada"}, slow{server, "slow"};
        const std::string line(1000, 'x');
        bool is_out = false;
        fibers::scope talking;
        talking.spawn([&] {
            is_out = ada.hear("* slow does not keep up and is put out");
            talking.request_stop();
        });
        talking.spawn([&] {
            // As fast as it is read, so that it is not this one that is put out.
            for (int i = 0; i != 100'000 && !is_out; ++i) {
                ada.say(line);
                fibers::this_fiber::sleep_for(std::chrono::microseconds{100});
            }
        });
        talking.join();
        EXPECT_TRUE(is_out);
    });
}

TEST(WebChat, RefusesOtherPagesAndWhoIsNoBrowser) {
    in_time([&] {
        const running_server server = web_chat();
        auto stream = netio::tcp_stream::connect("127.0.0.1:" + server.port_text());
        beast::websocket::stream<netio::asio_stream<netio::tcp_stream&>> socket{stream};
        socket.set_option(
            beast::websocket::stream_base::decorator([](beast::websocket::request_type& r) {
                r.set(beast::http::field::origin, "http://elsewhere.example");
            }));
        boost::system::error_code ec;
        beast::websocket::response_type answer;
        socket.handshake(answer, "127.0.0.1:" + server.port_text(), "/room", ec);
        EXPECT_EQ(answer.result(), beast::http::status::forbidden);
    });
}

TEST(WebChat, ShowsItsPage) {
    if (!is_installed("curl"))
        GTEST_SKIP() << "curl is not installed";
    const running_server server = web_chat();
    const finished page = run({"curl", "--silent", "--max-time", "10", "--include",
                               "http://127.0.0.1:" + server.port_text() + "/?name=ada"});
    EXPECT_TRUE(page.out.starts_with("HTTP/1.1 200 OK")) << page.err;
    EXPECT_NE(page.out.find("<title>Weft chat</title>"), page.out.npos);
    EXPECT_TRUE(page.out.ends_with("</html>\n"));
}

TEST(WebChat, EndsWithEverybodyInIt) {
    in_time([&] {
        running_server server = web_chat({"--workers", "2"});
        guest ada{server, "ada"}, bob{server, "bob"};
        server.signal(SIGTERM);
        EXPECT_FALSE(ada.hear("nothing"));
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(server.err(), "");
    });
}

} // namespace
