// The rules of the house, first each on a small tree that breaks it, then all on the real one.

#include <tests/house/rules.hpp>
#include <tests/house/source_tree.hpp>

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace house {
namespace {

source_tree tree_of(const std::vector<std::pair<std::string, std::string>>& files) {
    source_tree tree;
    for (const auto& [path, text] : files)
        tree.emplace(path, parse(text));
    return tree;
}

std::vector<std::string> printed(const violations& found) {
    std::vector<std::string> lines;
    for (const violation& v : found) {
        std::ostringstream out;
        out << v;
        lines.push_back(out.str());
    }
    return lines;
}

using strings = std::vector<std::string>;

TEST(HouseRule, AFileIncludesNothingFromAFloorAbove) {
    const auto tree = tree_of({{"fibers/detail/park.cpp", "\n#include <fibers/fiber.hpp>\n"},
                               {"fibers/fiber.hpp", "#include <fibers/detail/park.hpp>"},
                               {"fibers/detail/park.hpp", ""}});
    EXPECT_EQ(
        printed(upward_includes(tree)),
        strings{"fibers/detail/park.cpp:2: <fibers/fiber.hpp> lies on floor 3, above floor 1"});
}

TEST(HouseRule, AHeaderThatNeedsNothingOfTheTreeMayBeIncludedFromBelow) {
    const auto tree = tree_of({{"fibers/detail/core.hpp", "#include <fibers/options.hpp>"},
                               {"fibers/options.hpp", "#include <string>"}});
    EXPECT_EQ(printed(upward_includes(tree)), strings{});
}

TEST(HouseRule, PrivateHeadersStayInTheirRoom) {
    const auto tree = tree_of({{"fibers/detail/park.hpp", ""},
                               {"fibers/fiber.hpp", "#include <fibers/detail/park.hpp>"},
                               {"netio/tcp.cpp", "#include <fibers/detail/park.hpp>"}});
    EXPECT_EQ(printed(includes_of_private_headers(tree)),
              strings{"netio/tcp.cpp:1: <fibers/detail/park.hpp> is private to its room"});
}

TEST(HouseRule, IncludesFormNoCycle) {
    const auto tree = tree_of({{"netio/a.hpp", "#include <netio/b.hpp>"},
                               {"netio/b.hpp", "#include <vector>\n#include <netio/c.hpp>"},
                               {"netio/c.hpp", "\n\n#include <netio/b.hpp>"}});
    EXPECT_EQ(printed(include_cycles(tree)),
              strings{"netio/c.hpp:3: closes a cycle: netio/b.hpp → netio/c.hpp → netio/b.hpp"});
}

TEST(HouseRule, EpollBelongsToThePoller) {
    const auto tree = tree_of({{"fibers/detail/poller.cpp", "#include <sys/epoll.h>"},
                               {"netio/tcp.cpp", "#include <sys/epoll.h>"}});
    EXPECT_EQ(printed(includes_outside_their_place(tree)),
              strings{"netio/tcp.cpp:1: <sys/epoll.h> does not belong here"});
}

TEST(HouseRule, IncludesAreInAngleBracketsAndExist) {
    const auto tree = tree_of({{"netio/tcp.hpp", "#include \"tcp_stream.hpp\""},
                               {"netio/udp.hpp", "#include <netio/gone.hpp>"}});
    EXPECT_EQ(printed(untidy_includes(tree)),
              (strings{"netio/tcp.hpp:1: \"tcp_stream.hpp\" is in quotes",
                       "netio/udp.hpp:1: <netio/gone.hpp> does not exist"}));
}

TEST(HouseRule, ASourceIncludesItsOwnHeaderFirst) {
    const auto tree = tree_of(
        {{"netio/tcp.hpp", ""}, {"netio/tcp.cpp", "#include <vector>\n#include <netio/tcp.hpp>"}});
    EXPECT_EQ(printed(untidy_includes(tree)),
              strings{"netio/tcp.cpp:1: does not include <netio/tcp.hpp> first"});
}

TEST(HouseRule, HeadersBeginWithPragmaOnceAndPublicOnesDefineNoMacros) {
    const auto tree = tree_of({{"netio/a.hpp", "// why\n#pragma once\n// #define A"},
                               {"netio/b.hpp", "#include <vector>"},
                               {"netio/c.hpp", "#pragma once\n#define C 1"},
                               {"netio/detail/d.hpp", "#pragma once\n#define D 1"}});
    EXPECT_EQ(printed(untidy_headers(tree)),
              (strings{"netio/b.hpp:1: does not begin with #pragma once",
                       "netio/c.hpp:2: defines a macro in a public header"}));
}

TEST(HouseRule, FilesOfTheLibrariesHaveAtMost400Lines) {
    const auto tree = tree_of(
        {{"netio/long.cpp", std::string(401, '\n')}, {"netio/short.cpp", std::string(400, '\n')}});
    EXPECT_EQ(printed(long_files(tree)), strings{"netio/long.cpp:401: has more than 400 lines"});
}

TEST(HouseRule, SourcesAndPublicHeadersAreListed) {
    const auto tree = tree_of({{"netio/CMakeLists.txt", "add(netio tcp.hpp\n  detail/io.cpp)"},
                               {"netio/cp.hpp", ""},
                               {"netio/tcp.hpp", ""},
                               {"netio/detail/io.cpp", ""},
                               {"netio/detail/io.hpp", ""},
                               {"netio/io.cpp", ""}});
    EXPECT_EQ(printed(unlisted_files(tree)),
              (strings{"netio/cp.hpp:1: is not listed in netio/CMakeLists.txt",
                       "netio/io.cpp:1: is not listed in netio/CMakeLists.txt"}));
}

TEST(HouseRule, TheClockIsReadInOnePlace) {
    const auto tree =
        tree_of({{"fibers/detail/clock.cpp", "return steady_clock::now();"},
                 {"fibers/timeout.cpp", "// steady_clock::now\nsteady_clock::now();"}});
    EXPECT_EQ(printed(words_outside_their_place(tree)),
              strings{"fibers/timeout.cpp:2: steady_clock::now does not belong here"});
}

void expect_none(violations (*broken)(const source_tree&)) {
    static const source_tree tree =
        read_tree(WEFT_SOURCE_DIR, {"fibers", "netio", "apps", "benchmarks"});
    ASSERT_TRUE(tree.contains("fibers/CMakeLists.txt")) << "there is no tree at " WEFT_SOURCE_DIR;
    std::ostringstream list;
    for (const violation& v : broken(tree))
        list << v << '\n';
    EXPECT_TRUE(list.view().empty()) << list.view();
}

TEST(House, HasNoUpwardIncludes) {
    expect_none(upward_includes);
}

TEST(House, HasNoIncludesOfPrivateHeaders) {
    expect_none(includes_of_private_headers);
}

TEST(House, HasNoIncludeCycles) {
    expect_none(include_cycles);
}

TEST(House, HasNoIncludesOutsideTheirPlace) {
    expect_none(includes_outside_their_place);
}

TEST(House, HasNoUntidyIncludes) {
    expect_none(untidy_includes);
}

TEST(House, HasNoUntidyHeaders) {
    expect_none(untidy_headers);
}

TEST(House, HasNoLongFiles) {
    expect_none(long_files);
}

TEST(House, HasNoUnlistedFiles) {
    expect_none(unlisted_files);
}

TEST(House, HasNoWordsOutsideTheirPlace) {
    expect_none(words_outside_their_place);
}

} // namespace
} // namespace house
