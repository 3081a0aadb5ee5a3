#include <tests/fibers/process.hpp>

#include <tests/fibers/liveness.hpp>

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace test {

namespace {

std::size_t entries(const char* folder) {
    const std::filesystem::directory_iterator first{folder};
    return static_cast<std::size_t>(std::distance(begin(first), end(first)));
}

} // namespace

std::size_t threads() {
    return entries("/proc/self/task");
}

std::size_t threads_at_rest() {
    std::thread{[] {}}.join();
    std::size_t count = threads();
    const auto same_twice = [&] { return std::exchange(count, threads()) == count; };
    fibers::this_fiber::sleep_for(std::chrono::milliseconds{10});
    EXPECT_TRUE(eventually(same_twice));
    return count;
}

std::vector<std::string> thread_names() {
    std::vector<std::string> names;
    for (const auto& thread : std::filesystem::directory_iterator{"/proc/self/task"}) {
        std::ifstream file{thread.path() / "comm"};
        std::getline(file, names.emplace_back());
    }
    std::ranges::sort(names);
    return names;
}

std::size_t open_descriptors() {
    return entries("/proc/self/fd") - 1; // the one that reads the folder
}

std::size_t mappings() {
    std::ifstream file{"/proc/self/maps"};
    return static_cast<std::size_t>(
        std::count(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}, '\n'));
}

std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t total = 0;
    std::size_t resident = 0;
    file >> total >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::chrono::nanoseconds cpu_time() {
    std::timespec time{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace test
