#include <apps/tour/kitchen.hpp>

#include <fibers/this_fiber.hpp>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

namespace kitchen {
namespace {

using clock = std::chrono::steady_clock;

struct {
    std::mutex mutex;
    clock::time_point start;
    std::vector<std::thread::id> threads; // in the order in which they first said something
} now_cooking;

std::size_t number_of_this_thread() {
    auto& threads = now_cooking.threads;
    auto mine = std::find(threads.begin(), threads.end(), std::this_thread::get_id());
    if (mine == threads.end())
        mine = threads.insert(mine, std::this_thread::get_id());
    return static_cast<std::size_t>(mine - threads.begin()) + 1;
}

} // namespace

void start_clock() {
    const std::scoped_lock lock{now_cooking.mutex};
    now_cooking.start = clock::now();
    now_cooking.threads = {std::this_thread::get_id()};
}

void say_line(std::string_view text) {
    const std::scoped_lock lock{now_cooking.mutex};
    const auto since =
        std::chrono::round<std::chrono::milliseconds>(clock::now() - now_cooking.start);
    fmt::print("{:>7} ms  thread {}  {}\n", since.count(), number_of_this_thread(), text);
    std::fflush(stdout);
}

std::size_t cook(std::string_view dish, std::chrono::milliseconds time) {
    say("{} begins", dish);
    fibers::this_fiber::sleep_for(time);
    say("{} is done", dish);
    return dish.size();
}

} // namespace kitchen
