#include <apps/tour/steps.hpp>

#include <apps/tour/kitchen.hpp>

#include <fibers/join.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using kitchen::cook;
using kitchen::say;

// 1. Each job mostly waits, and while it waits nothing else happens.
void two_jobs_in_sequence() {
    cook("soup", 100ms);
    cook("bread", 100ms);
    say("both are done: the two times added up");
}

// 2. A thread for each job: they wait at the same time. But a thread costs the system much, so ten
// thousand at once are too many.
void two_jobs_on_two_threads() {
    std::thread soup{cook, "soup", 100ms};
    std::thread bread{cook, "bread", 100ms};
    soup.join();
    bread.join();
    say("both are done in the time of one; it took two more threads");
}

// 3. The same with fibers. When one waits, the thread goes on with another, so that one thread is
// enough for all of them, however many there are. As with threads, nobody promises which begins first.
void two_jobs_as_two_fibers() {
    fibers::run([] {
        auto soup = fibers::spawn(cook, "soup", 100ms);
        auto bread = fibers::spawn(cook, "bread", 100ms);
        soup.join();
        bread.join();
        say("both are done in the time of one, on one thread");
    });
}

// 4. join() also returns what the fiber has returned. Where the second job needs the result of the
// first, they run one after the other, and the code says so: no callbacks.
void awaited_one_after_the_other() {
    fibers::run([] {
        const auto letters = fibers::spawn(cook, "soup", 100ms).join();
        say("soup has {} letters: that many times 20 ms for the bread", letters);
        fibers::spawn(cook, "bread", letters * 20ms).join();
        say("both are done: the two times added up, because one needed the other");
    });
}

// 5. Where no job needs another: start all, wait for all, take their results.
void joined_all_at_once() {
    fibers::run([] {
        const auto [soup, bread, salad] = fibers::join_all([] { return cook("soup", 100ms); },
                                                           [] { return cook("bread", 150ms); },
                                                           [] { return cook("salad", 50ms); });
        say("all are done in the time of the longest: {} + {} + {} letters", soup, bread, salad);
    });
}

// 6. A job is any callable. To describe it is not to start it; a scope starts as many as there turn
// out to be, and ends when they all have.
void described_first_started_later() {
    std::vector<std::function<void()>> menu;
    for (const char* dish : {"soup", "bread", "salad"})
        menu.push_back([dish] { cook(dish, 100ms); });
    say("{} jobs are described, none has begun", menu.size());

    fibers::run([&] {
        fibers::scope meal;
        for (const auto& job : menu)
            meal.spawn(job);
        meal.join();
        say("all are done");
    });
}

// 7. Threads and fibers live together. Here another thread runs the fibers; this one, plain code,
// starts a fiber over there and blocks until its result has come. Mutexes and condition variables
// work across the border too: they block what calls them, a fiber or a thread.
void blocking_on_a_result_from_plain_code() {
    fibers::runtime runtime;
    fibers::mutex mutex;
    fibers::condition_variable closing;
    bool closed = false;
    std::thread other{[&] {
        runtime.run([&] {
            std::unique_lock lock{mutex};
            closing.wait(lock, [&] { return closed; });
        });
    }};

    auto soup = runtime.spawn(cook, "soup", 100ms);
    say("this thread runs no fibers, and waits for one");
    say("the result is here: {} letters", soup.join());

    {
        const std::scoped_lock lock{mutex};
        closed = true;
    }
    closing.notify_one();
    other.join();
}
