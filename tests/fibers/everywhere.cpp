#include <tests/fibers/everywhere.hpp>

#include <fibers/this_fiber.hpp>

#include <atomic>
#include <chrono>
#include <ostream>
#include <sstream>

namespace test {

using namespace std::chrono_literals;

struct task::thread {
    std::atomic<bool> ended = false;
    std::exception_ptr failure;
    std::thread native;

    /// Leaves the worker to others when a fiber waits, and builds on nothing that is under test
    /// but sleeping.
    void join() {
        while (!ended)
            fibers::this_fiber::sleep_for(200us);
        native.join();
    }
};

void task::thread_joiner::operator()(thread* t) const {
    if (t->native.joinable())
        t->join();
    delete t;
}

task::task(std::function<void()> body) {
    std::unique_ptr<thread, thread_joiner> t{new thread};
    t->native = std::thread{[self = t.get(), body = std::move(body)] {
        try {
            body();
        } catch (...) {
            self->failure = std::current_exception();
        }
        self->ended = true;
    }};
    running_ = std::move(t);
}

void task::join() {
    if (auto* fiber = std::get_if<fibers::fiber<void>>(&running_))
        return fiber->join();
    auto& t = *std::get<std::unique_ptr<thread, thread_joiner>>(running_);
    t.join();
    if (t.failure)
        std::rethrow_exception(t.failure);
}

void everywhere::run(const std::function<void()>& body) {
    switch (GetParam()) {
    case place::one_worker:
        return fibers::run(body);
    case place::two_workers:
    case place::mixed:
        return fibers::runtime{{.workers = 2}}.run(body);
    case place::four_workers:
        return fibers::runtime{{.workers = 4}}.run(body);
    case place::plain_threads:
        return body();
    }
}

task everywhere::start(std::function<void()> body) {
    const bool in_thread = GetParam() == place::plain_threads ||
                           (GetParam() == place::mixed && started_++ % 2 == 0) ||
                           fibers::this_fiber::get_id() == fibers::fiber_id{};
    if (in_thread)
        return task{std::move(body)};
    return task{fibers::spawn(std::move(body))};
}

void everywhere::settle() {
    fibers::this_fiber::sleep_for(30ms);
}

void PrintTo(place where, std::ostream* out) {
    switch (where) {
    case place::one_worker:
        *out << "OneWorker";
        break;
    case place::two_workers:
        *out << "TwoWorkers";
        break;
    case place::four_workers:
        *out << "FourWorkers";
        break;
    case place::plain_threads:
        *out << "PlainThreads";
        break;
    case place::mixed:
        *out << "Mixed";
        break;
    }
}

std::string name_of_place(const testing::TestParamInfo<place>& info) {
    std::ostringstream name;
    PrintTo(info.param, &name);
    return name.str();
}

} // namespace test
