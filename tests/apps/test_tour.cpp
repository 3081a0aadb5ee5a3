#include <tests/apps/process.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

std::string step(int number) {
    const finished tour = run({"tour", std::to_string(number)});
    EXPECT_EQ(tour.code, 0) << tour.err;
    EXPECT_EQ(tour.out.find(std::to_string(number) + ". "), 0u) << tour.out;
    return tour.out;
}

void expect_order(const std::string& text, const std::vector<std::string>& parts) {
    std::size_t last = 0;
    for (const std::string& part : parts) {
        const std::size_t at = text.find(part, last);
        ASSERT_NE(at, std::string::npos)
            << '"' << part << "\" is not there, or not in its place: " << text;
        last = at + 1;
    }
}

/// In which order the jobs begin is nobody's promise.
void expect_all_at_once(const std::string& shown, const std::vector<std::string>& jobs) {
    for (const std::string& one : jobs)
        for (const std::string& other : jobs)
            expect_order(shown, {one + " begins", other + " is done"});
}

TEST(Tour, ShowsAllStepsInOrder) {
    const finished tour = run({"tour"});
    EXPECT_EQ(tour.code, 0) << tour.err;
    expect_order(tour.out, {"1. Two jobs", "2. Two jobs", "3. Two jobs", "4. Awaited", "5. Joined",
                            "6. Described", "7. Blocking"});
}

TEST(Tour, Step1RunsOneJobAfterTheOther) {
    expect_order(step(1), {"soup begins", "soup is done", "bread begins", "bread is done"});
}

TEST(Tour, Step2NeedsMoreThreads) {
    const std::string shown = step(2);
    EXPECT_NE(shown.find("thread 2"), std::string::npos) << shown;
    EXPECT_NE(shown.find("thread 3"), std::string::npos) << shown;
}

TEST(Tour, Step3RunsBothJobsAtOnceOnOneThread) {
    const std::string shown = step(3);
    expect_all_at_once(shown, {"soup", "bread"});
    EXPECT_EQ(shown.find("thread 2"), std::string::npos) << shown;
}

TEST(Tour, Step4PassesTheFirstResultToTheSecondJob) {
    expect_order(step(4), {"soup is done", "4 letters", "bread begins", "bread is done"});
}

TEST(Tour, Step5JoinsThreeResults) {
    const std::string shown = step(5);
    expect_all_at_once(shown, {"soup", "bread", "salad"});
    expect_order(shown, {"salad is done", "bread is done", "4 + 5 + 5 letters"});
}

TEST(Tour, Step6StartsNothingBeforeItsTime) {
    const std::string shown = step(6);
    expect_all_at_once(shown, {"soup", "bread", "salad"});
    for (const char* job : {"soup", "bread", "salad"})
        expect_order(shown, {"none has begun", job + std::string{" begins"}, "all are done"});
}

TEST(Tour, Step7BlocksAThreadUntilAFiberHasAResult) {
    expect_order(step(7), {"thread 1  this thread runs no fibers", "thread 2  soup is done",
                           "thread 1  the result is here: 4 letters"});
}

} // namespace
