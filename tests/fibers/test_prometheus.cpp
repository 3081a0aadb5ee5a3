#include <fibers/prometheus.hpp>

#include <chrono>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

fibers::runtime_metrics some_metrics() {
    fibers::runtime_metrics metrics;
    metrics.name = "a \"b\\c\"";
    metrics.workers.resize(2);
    metrics.workers[0].switches = 7;
    metrics.workers[1].switches = 12345678901234;
    metrics.workers[0].cpu_time = 1500ms;
    metrics.workers[1].counted = false;
    metrics.workers[0].queue_delay.counts[0] = 2;
    metrics.workers[0].queue_delay.counts[2] = 3;
    metrics.workers[0].queue_delay.counts[11] = 1;
    metrics.workers[0].queue_delay.sum = 2s;
    metrics.total.spawned = 9;
    metrics.total.parked = {{"a mutex", 3}, {"a moment", 4}};
    metrics.alive = 8;
    return metrics;
}

TEST(Prometheus, HasASampleForEachWorker) {
    const std::string text = fibers::to_prometheus(some_metrics());
    EXPECT_THAT(text, HasSubstr("# TYPE weft_worker_switches_total counter\n"
                                R"(weft_worker_switches_total{runtime="a \"b\\c\"",worker="0"} 7
weft_worker_switches_total{runtime="a \"b\\c\"",worker="1"} 12345678901234
)"));
    EXPECT_THAT(text,
                HasSubstr(R"(weft_worker_cpu_seconds_total{runtime="a \"b\\c\"",worker="0"} 1.5
)"));
    EXPECT_THAT(text, HasSubstr(R"(weft_worker_responsive{runtime="a \"b\\c\"",worker="1"} 0
)"));
}

TEST(Prometheus, HasFibersByWhatTheyWaitFor) {
    const std::string text = fibers::to_prometheus(some_metrics());
    EXPECT_THAT(text, HasSubstr(R"(weft_fibers_alive{runtime="a \"b\\c\""} 8
)"));
    EXPECT_THAT(text, HasSubstr(R"(weft_fibers_parked{runtime="a \"b\\c\"",cause="a mutex"} 3
)"));
}

TEST(Prometheus, HistogramsAddUp) {
    const std::string text = fibers::to_prometheus(some_metrics());
    const std::string begin =
        R"(weft_queue_delay_seconds_bucket{runtime="a \"b\\c\"",worker="0",le=)";
    EXPECT_THAT(text, HasSubstr(begin + "\"1e-06\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(begin + "\"4e-06\"} 2\n"));
    EXPECT_THAT(text, HasSubstr(begin + "\"1.6e-05\"} 5\n"));
    EXPECT_THAT(text, HasSubstr(begin + "\"1.048576\"} 5\n"));
    EXPECT_THAT(text, HasSubstr(begin + "\"+Inf\"} 6\n"));
    EXPECT_THAT(text, HasSubstr(R"(weft_queue_delay_seconds_sum{runtime="a \"b\\c\"",worker="0"} 2
weft_queue_delay_seconds_count{runtime="a \"b\\c\"",worker="0"} 6
)"));
}

TEST(Prometheus, EveryLineIsOfTheTextFormatAndEveryFamilyIsDescribedOnce) {
    const std::regex comment{R"(# (HELP|TYPE) (weft_[a-z_]+) .+)"};
    const std::regex sample{
        R"re((weft_[a-z_]+?)(_bucket|_sum|_count)?\{[a-z]+="([^"\\]|\\.)*"(,[a-z]+="([^"\\]|\\.)*")*\} [0-9.e+-]+)re"};
    std::set<std::string> described;
    std::string family;
    std::istringstream lines{fibers::to_prometheus(some_metrics())};
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, comment)) {
            family = match[2];
            EXPECT_TRUE(described.insert(match[1].str() + family).second) << line;
        } else {
            ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
            EXPECT_EQ(match[1], family) << line;
        }
    }
    EXPECT_GT(described.size(), 30u);
}

} // namespace
