#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace {

running_server chat(std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"chat", "--port", "0"});
    return running_server{options};
}

/// Somebody in the room.
class guest {
  public:
    guest(const running_server& room, const std::string& name) : connection_{room.port()} {
        say(name);
        hear("* here: ");
    }

    void say(const std::string& text) { connection_.send(text + '\n'); }

    /// Whether this comes at last, whatever comes before.
    bool hear(std::string_view text) {
        for (;;) {
            if (const auto at = unread_.find(text); at != unread_.npos) {
                unread_.erase(0, at + text.size());
                return true;
            }
            // The end of what has come may be the beginning of it.
            std::size_t begun = std::min(unread_.size(), text.size());
            while (!unread_.ends_with(text.substr(0, begun)))
                --begun;
            unread_.erase(0, unread_.size() - begun);
            const std::string more = connection_.receive(text.size() - begun);
            if (more.empty())
                return false;
            unread_ += more;
            news_ += std::count(more.begin(), more.end(), '*');
        }
    }

    /// How many stars have come, which begin what the room itself says.
    std::ptrdiff_t news() const { return news_; }

    client& connection() { return connection_; }

  private:
    client connection_;
    std::string unread_;
    std::ptrdiff_t news_ = 0;
};

TEST(Chat, CarriesWhatIsSaidToEverybody) {
    const running_server room = chat();
    guest alice{room, "alice"}, bob{room, "bob"};
    EXPECT_TRUE(alice.hear("* bob enters\n"));
    bob.say("hello");
    EXPECT_TRUE(alice.hear("bob: hello\n"));
    EXPECT_TRUE(bob.hear("bob: hello\n"));
    bob.say("/quit");
    EXPECT_TRUE(alice.hear("* bob leaves\n"));
    EXPECT_TRUE(alice.connection().hears_nothing_for(50));
}

TEST(Chat, TellsWhoIsThere) {
    const running_server room = chat();
    guest alice{room, "alice"}, bob{room, "bob"};
    alice.say("/who");
    EXPECT_TRUE(alice.hear("* here: alice, bob\n"));
    alice.say("/help");
    EXPECT_TRUE(alice.hear("* /who tells"));
}

TEST(Chat, AsksAgainForANameThatIsTakenOrNone) {
    const running_server room = chat();
    guest alice{room, "alice"};
    client late{room.port()};
    late.send("alice\n\x1b[2J\ncarol\n");
    late.finish_sending();
    const std::string heard = late.receive_all();
    EXPECT_NE(heard.find("that name is taken"), std::string::npos) << heard;
    EXPECT_NE(heard.find("a name is"), std::string::npos) << heard;
    EXPECT_TRUE(alice.hear("* carol enters\n* carol leaves\n"));
}

TEST(Chat, LetsNobodyControlTheTerminalsOfOthers) {
    const running_server room = chat();
    guest alice{room, "alice"}, bob{room, "bob"};
    bob.say("\x1b[2J\tgr\u00fc\u00df");
    EXPECT_TRUE(alice.hear("bob: ?[2J\tgr\u00fc\u00df\n"));
}

TEST(Chat, EndsWithOneWhoseLineIsTooLong) {
    const running_server room = chat();
    guest alice{room, "alice"}, bob{room, "bob"};
    bob.say(std::string(5'000, 'x'));
    EXPECT_TRUE(alice.hear("* bob leaves\n"));
}

TEST(Chat, ASlowReaderDoesNotHoldUpTheRoomAndIsPutOut) {
    for (const char* workers : {"1", "3"}) {
        const running_server room = chat({"--queue", "10", "--workers", workers});
        guest slow{room, "slow"}, alice{room, "alice"}, bob{room, "bob"};
        ASSERT_TRUE(alice.hear("* bob enters\n"));
        const std::string line(1'000, 'x');
        const auto news = alice.news();
        int said = 0;
        // More than the buffers of a connection hold.
        for (; said != 30'000 && alice.news() == news; ++said) {
            alice.say(line);
            ASSERT_TRUE(alice.hear(line + '\n'));
            ASSERT_TRUE(bob.hear(line + '\n'));
        }
        alice.say("/who");
        EXPECT_TRUE(alice.hear("* here: alice, bob\n"));
        const std::string rest = slow.connection().receive_all();
        EXPECT_TRUE(rest.ends_with("* you do not keep up with the room; goodbye\n"));
        EXPECT_GE(said, 10) << "so many they may be behind";
    }
}

TEST(Chat, CanBeUsedWithNc) {
    const running_server room = chat();
    const finished nc = run({"nc", "-N", "127.0.0.1", room.port_text()}, "nina\nhello\n/quit\n");
    EXPECT_NE(nc.out.find("nina: hello\n"), std::string::npos) << nc.out;
}

TEST(Chat, HasAClient) {
    const running_server room = chat();
    guest alice{room, "alice"};
    const finished carl =
        run({"chat_client", "localhost:" + room.port_text(), "--name", "carl"}, "hi there\n");
    EXPECT_EQ(carl.code, 0) << carl.err;
    EXPECT_NE(carl.out.find("* here: alice, carl\n"), std::string::npos) << carl.out;
    EXPECT_TRUE(alice.hear("carl: hi there\n"));
    EXPECT_TRUE(alice.hear("* carl leaves\n"));
}

TEST(Chat, TheClientEndsWithTheRoomThoughNobodyTypes) {
    running_server room = chat();
    // Its standard input never ends, as a terminal's: a FIFO that it holds open itself.
    process carl{{"sh", "-c",
                  "d=$(mktemp -d) && mkfifo $d/f && exec 3<>$d/f && rm -r $d && "
                  "exec " WEFT_APPS_DIR "/chat_client 127.0.0.1:" +
                      room.port_text() + " --name carl <&3"}};
    carl.wait_for("* here: carl");
    room.signal(SIGTERM);
    EXPECT_EQ(room.wait(), 0);
    EXPECT_EQ(carl.wait(), 0);
}

TEST(Chat, TheClientSaysWhyItCannotEnter) {
    const finished carl = run({"chat_client", "127.0.0.1:1"});
    EXPECT_EQ(carl.code, 1);
    EXPECT_NE(carl.err.find("127.0.0.1:1"), std::string::npos) << carl.err;
}

TEST(Chat, ClosesOnSigterm) {
    running_server room = chat();
    guest alice{room, "alice"};
    client nameless{room.port()};
    room.signal(SIGTERM);
    EXPECT_EQ(room.wait(), 0);
    EXPECT_EQ(alice.connection().receive_all(), "alice\n"); // of who is here, and then the end
}

TEST(Chat, GoesOnWhenSomebodyIsReset) {
    const running_server room = chat();
    guest alice{room, "alice"};
    {
        guest bob{room, "bob"};
        bob.connection().reset();
    }
    EXPECT_TRUE(alice.hear("* bob leaves\n"));
}

} // namespace
