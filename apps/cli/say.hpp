#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <utility>

namespace cli {

/// A line on standard output, at once: whoever reads it through a pipe waits for it.
template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}

} // namespace cli
