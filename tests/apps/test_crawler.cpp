#include <tests/apps/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

/// Crawls a web of 200 hosts.
finished crawl(const std::string& program, std::vector<std::string> options) {
    options.insert(options.begin(), {program, "--hosts", "200", "--pages", "20"});
    return run(options);
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// What there is in that web, with the checksum of it all.
std::string found(const finished& crawl) {
    EXPECT_EQ(crawl.code, 0) << crawl.err;
    EXPECT_EQ(crawl.err, "");
    return first_line(crawl.out);
}

/// The same tests for the program on threads and for the one that was moved over to fibers.
class Crawler : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(On, Crawler, testing::Values("crawler", "crawler_on_fibers"),
                         [](const auto& each) {
                             return each.param == "crawler" ? "Threads" : "Fibers";
                         });

TEST_P(Crawler, FindsEveryPageOnce) {
    const std::string all = found(crawl(GetParam(), {"--threads", "100", "--latency", "2ms"}));
    // A quarter of the hosts disallow one page each.
    EXPECT_EQ(all.find("3950 pages of 200 hosts, "), 0u) << all;
    EXPECT_TRUE(all.ends_with(", 50 disallowed")) << all;
}

TEST_P(Crawler, FindsTheSameWithOneThread) {
    EXPECT_EQ(found(crawl(GetParam(), {"--threads", "1", "--latency", "0ms"})),
              found(crawl(GetParam(), {"--threads", "50", "--latency", "1ms"})));
}

TEST_P(Crawler, TellsOnceASecondHowFarItIs) {
    const finished slow =
        run({GetParam(), "--threads", "1", "--hosts", "3", "--pages", "30", "--progress"});
    EXPECT_EQ(slow.code, 0) << slow.err;
    EXPECT_NE(slow.err.find(" pages so far, "), std::string::npos) << slow.err;
}

TEST(CrawlerOnFibers, FindsWhatThreadsFindWithTenThousandOnOneWorkerOrSeveral) {
    const std::string on_threads =
        found(crawl("crawler", {"--threads", "100", "--latency", "2ms"}));
    for (const std::string workers : {"1", "2", "4"}) {
        const finished on_fibers = crawl(
            "crawler_on_fibers", {"--threads", "10000", "--latency", "2ms", "--workers", workers});
        EXPECT_EQ(found(on_fibers), on_threads) << workers << " workers";
        EXPECT_NE(on_fibers.out.find("\n10000 threads, "), std::string::npos) << on_fibers.out;
    }
}

TEST(CrawlerOnThreads, SaysThatThereAreNoMoreThreadsToBeHad) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers need more address space than that";
    const finished poor =
        run({"prlimit", "--as=1000000000", WEFT_APPS_DIR "/crawler", "--threads", "1000"});
    EXPECT_EQ(poor.code, 1);
    EXPECT_EQ(poor.err, "crawler: Resource temporarily unavailable\n");
}

TEST(CrawlerOnFibers, SaysThatThereIsNoMoreAddressSpaceForStacks) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers need more address space than that";
    const finished poor = run({"prlimit", "--as=1000000000", WEFT_APPS_DIR "/crawler_on_fibers",
                               "--threads", "10000", "--workers", "1"});
    EXPECT_EQ(poor.code, 1);
    EXPECT_EQ(poor.err, "crawler_on_fibers: fibers: no address space for another stack: Cannot "
                        "allocate memory\n");
}

} // namespace
