// State Threads (libst). It has no yield. Stacks are 16 KiB where a million threads exist at once.

#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/park_figures.hpp>
#include <benchmarks/support/sleep_plan.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <st.h>

#include <array>
#include <stdexcept>
#include <vector>

namespace {

using nlohmann::json;

constexpr std::size_t million = 1'000'000;
constexpr int small_stack = 16 * 1024;

st_thread_t spawn(void* (*function)(void*), void* argument, int stack_size = 0) {
    const st_thread_t thread = st_thread_create(function, argument, 1, stack_size);
    if (!thread)
        throw std::runtime_error{"st_thread_create"};
    return thread;
}

void* nothing(void*) {
    return nullptr;
}

json spawn_join() {
    constexpr int count = 1000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [] {
                 for (int i = 0; i < count; ++i)
                     st_thread_join(spawn(nothing, nullptr), nullptr);
             })}};
}

/// Spawns one thread for each of the arguments and joins them all, after calling `meanwhile`.
template <class Arguments, class F>
void run_each(void* (*function)(void*), Arguments& arguments, F&& meanwhile) {
    std::vector<st_thread_t> threads;
    threads.reserve(arguments.size());
    for (auto& argument : arguments)
        threads.push_back(spawn(function, &argument, small_stack));
    meanwhile();
    for (const st_thread_t thread : threads)
        st_thread_join(thread, nullptr);
}

json spawn_million() {
    const bench::stopwatch time;
    std::vector<char> no_arguments(million);
    run_each(nothing, no_arguments, [] {});
    return {{"ns_per_op", time.nanoseconds() / million}};
}

struct skynet_node {
    std::uint64_t first;
    std::uint64_t size;
    std::uint64_t sum = 0;
};

void* run_skynet_node(void* argument) {
    auto& node = *static_cast<skynet_node*>(argument);
    if (node.size == 1) {
        node.sum = node.first;
        return nullptr;
    }
    std::array<skynet_node, 10> children;
    std::array<st_thread_t, 10> threads;
    for (std::size_t i = 0; i < 10; ++i) {
        children[i] = {node.first + i * (node.size / 10), node.size / 10};
        threads[i] = spawn(run_skynet_node, &children[i], small_stack);
    }
    for (std::size_t i = 0; i < 10; ++i) {
        st_thread_join(threads[i], nullptr);
        node.sum += children[i].sum;
    }
    return nullptr;
}

json skynet() {
    const bench::stopwatch time;
    skynet_node root{0, million};
    run_skynet_node(&root);
    return {{"ms", time.milliseconds()}, {"sum", root.sum}};
}

struct gate {
    st_cond_t opened = st_cond_new();
    std::size_t parked = 0;
};

void* wait_at_gate(void* argument) {
    gate& at = **static_cast<gate**>(argument);
    ++at.parked;
    st_cond_wait(at.opened);
    return nullptr;
}

json park_million() {
    bench::park_figures figures;
    gate common;
    std::vector<gate*> arguments(bench::park_figures::fibers, &common);
    run_each(wait_at_gate, arguments, [&] {
        while (common.parked < bench::park_figures::fibers)
            st_usleep(0);
        figures.all_parked();
        st_cond_broadcast(common.opened);
    });
    return figures.all_ended();
}

struct sleeper {
    bench::sleep_plan* plan;
    std::size_t number;
};

void* sleep_as_planned(void* argument) {
    const auto [plan, number] = *static_cast<sleeper*>(argument);
    const auto left = plan->wake_time(number) - bench::sleep_plan::clock::now();
    if (left > left.zero())
        st_usleep(std::chrono::ceil<std::chrono::microseconds>(left).count());
    plan->woke(number);
    return nullptr;
}

json sleep_million() {
    bench::sleep_plan plan;
    std::vector<sleeper> sleepers;
    for (std::size_t i = 0; i < bench::sleep_plan::sleepers; ++i)
        sleepers.push_back({&plan, i});
    run_each(sleep_as_planned, sleepers, [] {});
    return plan.figures();
}

json mutex() {
    const st_mutex_t mutex = st_mutex_new();
    constexpr int count = 1'000'000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i) {
                     st_mutex_lock(mutex);
                     st_mutex_unlock(mutex);
                 }
             })}};
}

struct table {
    enum { ping, pong, over } turn = ping;
    st_cond_t changed = st_cond_new();
};

void* answer(void* argument) {
    table& shared = *static_cast<table*>(argument);
    for (;;) {
        while (shared.turn == table::ping)
            st_cond_wait(shared.changed);
        if (shared.turn == table::over)
            return nullptr;
        shared.turn = table::ping;
        st_cond_signal(shared.changed);
    }
}

json condition_variable() { // these need no mutex: threads switch only where they wait
    table shared;
    const st_thread_t partner = spawn(answer, &shared);
    constexpr int count = 100'000;
    const double each = bench::nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            shared.turn = table::pong;
            st_cond_signal(shared.changed);
            while (shared.turn == table::pong)
                st_cond_wait(shared.changed);
        }
    });
    shared.turn = table::over;
    st_cond_signal(shared.changed);
    st_thread_join(partner, nullptr);
    return {{"ns_per_op", each}};
}

} // namespace

int main(int argc, char** argv) {
    if (st_init() != 0)
        return 1;
    return bench::micro_main(argc, argv,
                             {{"spawn_join", spawn_join},
                              {"spawn_million", spawn_million},
                              {"skynet", skynet},
                              {"park_million", park_million},
                              {"sleep_million", sleep_million},
                              {"mutex", mutex},
                              {"condition_variable", condition_variable}});
}
