#include <tests/fibers/blocking_calls.hpp>

#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/shared_timed_mutex.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>

#include <chrono>
#include <mutex>
#include <ostream>
#include <shared_mutex>
#include <system_error>

namespace test {

using namespace std::chrono_literals;

namespace {

void sleep() {
    fibers::this_fiber::sleep_for(1h);
}

void join() {
    fibers::fiber<void> never_runs;
    fibers::runtime idle;
    never_runs = idle.spawn([] {});
    never_runs.join();
}

void try_lock_for() {
    fibers::timed_mutex held;
    held.lock();
    const std::lock_guard guard{held, std::adopt_lock};
    static_cast<void>(held.try_lock_for(1h));
}

void try_lock_shared_for() {
    fibers::shared_timed_mutex held;
    held.lock();
    const std::lock_guard guard{held, std::adopt_lock};
    static_cast<void>(held.try_lock_shared_for(1h));
}

void try_lock_for_beside_a_reader() {
    fibers::shared_timed_mutex held;
    const std::shared_lock guard{held};
    static_cast<void>(held.try_lock_for(1h));
}

void wait() {
    fibers::mutex m;
    fibers::condition_variable never_notified;
    std::unique_lock lock{m};
    never_notified.wait(lock);
}

void wait_for() {
    fibers::mutex m;
    fibers::condition_variable never_notified;
    std::unique_lock lock{m};
    never_notified.wait_for(lock, 1h);
}

void wait_with_predicate() {
    fibers::mutex m;
    fibers::condition_variable never_notified;
    std::unique_lock lock{m};
    never_notified.wait(lock, [] { return false; });
}

void send() {
    fibers::channel<int> never_received;
    never_received.send(1);
}

void receive() {
    fibers::channel<int> never_sent;
    static_cast<void>(never_sent.receive());
}

void receive_for() {
    fibers::channel<int> never_sent;
    static_cast<void>(never_sent.receive_for(1h));
}

void wait_for_readable() {
    const descriptor_pair pipe = nonblocking_pipe();
    fibers::readiness readable{pipe.reader.handle()};
    static_cast<void>(readable.wait(fibers::direction::read)); // nothing is known yet
    if (const std::error_code error = readable.wait(fibers::direction::read))
        throw std::system_error{error};
}

void wait_for_writable() {
    const descriptor_pair pipe = nonblocking_pipe();
    pipe.writer.fill();
    fibers::readiness writable{pipe.writer.handle()};
    static_cast<void>(writable.wait(fibers::direction::write));
    if (const std::error_code error = writable.wait(fibers::direction::write))
        throw std::system_error{error};
}

void join_scope() {
    fibers::scope children;
    children.spawn(sleep);
    children.join();
}

} // namespace

std::vector<blocking_call> blocking_calls_of_threads() {
    return {{"Sleep", sleep},
            {"Join", join},
            {"TryLockFor", try_lock_for},
            {"TryLockSharedFor", try_lock_shared_for},
            {"TryLockForBesideAReader", try_lock_for_beside_a_reader},
            {"Wait", wait},
            {"WaitFor", wait_for},
            {"WaitWithPredicate", wait_with_predicate},
            {"Send", send},
            {"Receive", receive},
            {"ReceiveFor", receive_for},
            {"WaitForReadable", wait_for_readable},
            {"WaitForWritable", wait_for_writable}};
}

std::vector<blocking_call> blocking_calls() {
    std::vector<blocking_call> all = blocking_calls_of_threads();
    all.push_back({"JoinScope", join_scope});
    return all;
}

void PrintTo(const blocking_call& call, std::ostream* out) {
    *out << call.name;
}

} // namespace test
