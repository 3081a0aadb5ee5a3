#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

namespace test {

/// A call that blocks until the fiber is stopped or its ambient deadline passes.
struct blocking_call {
    const char* name;
    std::function<void()> block;
};

/// All that fibers can block in and be interrupted.
std::vector<blocking_call> blocking_calls();

/// Those that a plain thread can make too.
std::vector<blocking_call> blocking_calls_of_threads();

void PrintTo(const blocking_call&, std::ostream*);

} // namespace test
