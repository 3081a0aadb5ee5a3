#include <fibers/detail/stack_report.hpp>

#include <fibers/detail/symbols.hpp>

#include <unistd.h>

#include <sstream>

namespace fibers::detail {

std::string title_of_fiber(const void* id, std::string_view name) {
    std::ostringstream text;
    text << "fiber " << id;
    if (!name.empty())
        text << " \"" << name << '"';
    return text.str();
}

void report_with_stack(const std::string& line, std::span<void* const> frames) {
    std::string text = "weft: " + line + '\n';
    symbols names;
    for (const std::string& frame : names.describe_fiber(frames))
        text += "weft:   " + frame + '\n';
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

} // namespace fibers::detail
