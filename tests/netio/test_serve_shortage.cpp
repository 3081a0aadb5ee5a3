// A server that gets no memory, at one allocation after the other.

#include <tests/netio/serving.hpp>

#include <netio/serve.hpp>
#include <netio/tcp.hpp>

#include <fibers/runtime.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <new>
#include <system_error>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

std::atomic<std::thread::id> victim{};          // whose allocations fail
std::atomic<int> allocations_until_failure{-1}; // one of them does; -1: none

void* allocate(std::size_t size) {
    if (victim.load() == std::this_thread::get_id() && allocations_until_failure >= 0 &&
        allocations_until_failure-- == 0)
        return nullptr;
    return std::malloc(size);
}

} // namespace

void* operator new(std::size_t size) {
    if (void* const memory = allocate(size))
        return memory;
    throw std::bad_alloc{};
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return allocate(size);
}
// Not inlined, where GCC would see free() for what new has returned and warn of that.
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace {

using netio::tcp_stream;

/// False: it was closed instead. Throws where neither has happened in time.
bool is_echoed(const netio::endpoint& server) {
    const fibers::timeout_scope limit{5s};
    auto client = tcp_stream::connect(server);
    std::array byte{std::byte{'x'}};
    std::error_code ec;
    client.write_all(byte, ec);
    const bool is_served = client.read(byte, ec) != 0;
    if (ec == std::errc::timed_out)
        throw std::system_error{ec, "the server neither serves nor closes"};
    return is_served;
}

TEST(ServeInAShortage, GoesOnWhicheverAllocationFails) {
    netio::tcp_listener listener{"127.0.0.1:0"};
    std::atomic<int> reports = 0;
    netio::server server{{.on_error = [&](auto&, auto) { ++reports; }}};
    std::thread serving{[&] {
        fibers::run([&] {
            victim = std::this_thread::get_id();
            server.serve(listener, test::echo);
        });
    }};
    // A runtime without memory for a stack is at its end; here it has them by now.
    EXPECT_TRUE(is_echoed(listener.local_endpoint()));
    int dropped = 0;
    for (int allocation = 0; allocation != 20; ++allocation) {
        allocations_until_failure = allocation;
        dropped += !is_echoed(listener.local_endpoint());
        allocations_until_failure = -1;
        EXPECT_TRUE(is_echoed(listener.local_endpoint())) << allocation;
    }
    server.request_stop();
    serving.join();
    EXPECT_GT(dropped, 0) << "or no allocation has failed";
    EXPECT_EQ(server.counts().failed, reports);
}

} // namespace
