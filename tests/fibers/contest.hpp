#pragma once

#include <fibers/fiber.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/random_moments.hpp>

#include <atomic>
#include <chrono>
#include <system_error>

#include <gtest/gtest.h>

namespace test {

/// What has ended a wait.
enum class ending { woken, timed_out, stopped };

/// One round of a wake-up against a timeout against a stop, all of them within `span` of one another.
///
/// `wait(patience)` is called in a fiber of its own and says whether it was woken. It may throw
/// errc::timed_out for an ambient deadline, and errc::operation_canceled. `wake()` is called by the
/// caller, at some moment after the wait has begun or just before. Returns which of the three it was;
/// what must be true then is for the caller to say.
template <class Wait, class Wake>
ending contest(random_moments& moments, std::chrono::nanoseconds span, Wait wait, Wake wake) {
    std::atomic<bool> begun = false;
    const auto patience = moments.up_to(span);
    const auto before_stop = moments.up_to(span);
    const auto before_wake = moments.up_to(span);
    auto victim = fibers::spawn([&] {
        ending how = ending::timed_out;
        const std::error_code error = error_of([&] {
            begun = true;
            if (wait(patience))
                how = ending::woken;
        });
        if (error == std::errc::operation_canceled)
            return ending::stopped;
        EXPECT_TRUE(!error || error == std::errc::timed_out) << error.message();
        return how;
    });
    auto stopper = fibers::spawn([&] {
        while (!begun)
            fibers::this_fiber::yield();
        spin_for(before_stop);
        victim.request_stop();
    });
    while (!begun)
        fibers::this_fiber::yield();
    spin_for(before_wake);
    fibers::this_fiber::yield();
    wake();
    stopper.join();
    return victim.join();
}

} // namespace test
