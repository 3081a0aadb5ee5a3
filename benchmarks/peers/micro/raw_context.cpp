// Boost.Context by hand, no scheduler: what the switch itself and the memory of a stack cost.

#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/park_figures.hpp>
#include <benchmarks/support/sleep_plan.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <boost/context/fiber.hpp>
#include <boost/context/stack_context.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

using boost::context::fiber;
using nlohmann::json;

constexpr std::size_t million = 1'000'000;

/// Stacks of 16 KiB side by side in one mapping, without guards; none is given back. Their tops are
/// staggered by cache lines: else all would compete for the same few sets of the cache.
class stack_arena {
  public:
    explicit stack_arena(std::size_t count) : length_{count * stack_size} {
        void* const mapping = mmap(nullptr, length_, PROT_READ | PROT_WRITE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapping == MAP_FAILED)
            throw std::system_error{errno, std::generic_category(), "mmap"};
        madvise(mapping, length_, MADV_NOHUGEPAGE);
        begin_ = static_cast<char*>(mapping);
    }
    ~stack_arena() { munmap(begin_, length_); }
    stack_arena(const stack_arena&) = delete;
    stack_arena& operator=(const stack_arena&) = delete;

    boost::context::stack_context take() {
        const std::size_t unused = cache_line * (taken_++ % 32);
        boost::context::stack_context stack;
        stack.size = stack_size - unused;
        stack.sp = begin_ + taken_ * stack_size - unused;
        return stack;
    }

  private:
    static constexpr std::size_t stack_size = 16 * 1024;
    static constexpr std::size_t cache_line = 64;

    std::size_t length_;
    char* begin_ = nullptr;
    std::size_t taken_ = 0;
};

/// Boost.Context's idea of an allocator, for a stack that is there already and stays.
struct borrowed_stack {
    boost::context::stack_context stack;

    boost::context::stack_context allocate() const { return stack; }
    void deallocate(boost::context::stack_context&) const noexcept {}
};

template <class F>
fiber make_context(boost::context::stack_context stack, F&& function) {
    return fiber{std::allocator_arg, borrowed_stack{stack}, std::forward<F>(function)};
}

/// Contexts in a ring, the caller's own among them: each passes the control to the next, and
/// whoever resumes one is its predecessor.
class ring {
  public:
    explicit ring(std::size_t count) : stacks_{count}, members_(count) {
        for (std::size_t i = 1; i < count; ++i)
            members_[i] = make_context(stacks_.take(), [this, i](fiber&& from) {
                for (keep(i, std::move(from));;)
                    pass(i);
                return fiber{};
            });
    }

    /// Once around, back to the caller.
    void turn() { pass(0); }

  private:
    void pass(std::size_t self) {
        const std::size_t next = self + 1 < members_.size() ? self + 1 : 0;
        keep(self, std::move(members_[next]).resume());
    }
    void keep(std::size_t self, fiber&& predecessor) {
        members_[self ? self - 1 : members_.size() - 1] = std::move(predecessor);
    }

    stack_arena stacks_;
    std::vector<fiber> members_;
};

json switch_among(std::size_t contexts) {
    ring all{contexts};
    const std::size_t rounds = million / contexts;
    return {{"ns_per_op", bench::nanoseconds_each(rounds * contexts, [&] {
                 for (std::size_t i = 0; i < rounds; ++i)
                     all.turn();
             })}};
}

json yield_2() {
    return switch_among(2);
}
json yield_1000() {
    return switch_among(1000);
}

json spawn_join() {
    stack_arena stacks{1};
    const auto stack = stacks.take();
    constexpr int count = 1000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i)
                     make_context(stack, [](fiber&& from) { return std::move(from); }).resume();
             })}};
}

json park_million() {
    bench::park_figures figures;
    stack_arena stacks{bench::park_figures::fibers};
    std::vector<fiber> parked;
    parked.reserve(bench::park_figures::fibers);
    for (std::size_t i = 0; i < bench::park_figures::fibers; ++i)
        parked.push_back(make_context(stacks.take(), [](fiber&& from) {
                             return std::move(from).resume();
                         }).resume());
    figures.all_parked();
    for (fiber& each : parked)
        each = std::move(each).resume();
    return figures.all_ended();
}

json sleep_million() {
    struct sleeper {
        bench::sleep_plan::clock::time_point wake_time;
        fiber context;
    };
    const auto later = [](const sleeper& a, const sleeper& b) { return a.wake_time > b.wake_time; };

    bench::sleep_plan plan;
    stack_arena stacks{bench::sleep_plan::sleepers};
    std::vector<sleeper> queue; // a heap, the next to wake on top
    queue.reserve(bench::sleep_plan::sleepers);
    for (std::size_t i = 0; i < bench::sleep_plan::sleepers; ++i) {
        auto context = make_context(stacks.take(), [&plan, i](fiber&& from) {
            from = std::move(from).resume();
            plan.woke(i);
            return std::move(from);
        });
        queue.push_back({plan.wake_time(i), std::move(context).resume()});
        std::ranges::push_heap(queue, later);
    }
    while (!queue.empty()) {
        std::this_thread::sleep_until(queue.front().wake_time);
        std::ranges::pop_heap(queue, later);
        std::move(queue.back().context).resume();
        queue.pop_back();
    }
    return plan.figures();
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv,
                             {{"yield_2", yield_2},
                              {"yield_1000", yield_1000},
                              {"spawn_join", spawn_join},
                              {"park_million", park_million},
                              {"sleep_million", sleep_million}});
}
