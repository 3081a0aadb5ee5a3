#pragma once

#include <fmt/format.h>

#include <chrono>
#include <string_view>
#include <utility>

/// The jobs of the tour, and how they tell what they do: each line begins with the milliseconds
/// since start_clock() and the number of the thread that it comes from.
namespace kitchen {

void start_clock();

void say_line(std::string_view text);

template <class... Args>
void say(fmt::format_string<Args...> text, Args&&... args) {
    say_line(fmt::format(text, std::forward<Args>(args)...));
}

/// A job that takes `time`, nearly all of which it waits, as for a reply or a disk. Returns the
/// number of letters in `dish`. It blocks the fiber in which it runs, or the thread where that is
/// none.
std::size_t cook(std::string_view dish, std::chrono::milliseconds time);

} // namespace kitchen
