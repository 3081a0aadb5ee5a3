// A program that hangs: "guilty" computes for ever on the only worker, while "patient" waits for a mutex that
// the main fiber has, and "sleepy" sleeps. It is for those who look into it, through the socket of the path
// that it is given.

#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <netio/inspector.hpp>

#include <chrono>
#include <cstdio>
#include <mutex>

using namespace std::chrono_literals;

namespace {

volatile bool go_on = true;

// Not instrumented, as else it would be found in the functions of ThreadSanitizer.
[[gnu::noinline, gnu::no_sanitize_thread]] void compute_for_ever() {
    while (go_on) {
    }
}

[[gnu::noinline]] void wait_patiently(fibers::mutex& mutex) {
    const std::lock_guard lock{mutex};
    std::puts("never said");
}

} // namespace

int main(int, char** argv) {
    fibers::runtime runtime{{.name = "hung"}};
    const netio::inspector inspector{runtime, netio::unix_endpoint::from_path(argv[1])};
    runtime.run([] {
        fibers::mutex mutex;
        const std::lock_guard lock{mutex};
        auto patient = fibers::spawn({.name = "patient"}, [&] { wait_patiently(mutex); });
        auto sleepy = fibers::spawn({.name = "sleepy"}, [] { fibers::this_fiber::sleep_for(1h); });
        fibers::this_fiber::sleep_for(50ms);
        auto guilty = fibers::spawn({.name = "guilty"}, compute_for_ever);
        std::puts("hangs");
        std::fflush(stdout);
        guilty.join();
    });
}
