#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <utility>

/// A line on standard output, at once.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}
