#pragma once

#include <cstddef>
#include <string>

/// The screen of a terminal as long as this lives; then it shows again what it did before.
class terminal {
  public:
    terminal();
    ~terminal();
    terminal(const terminal&) = delete;
    terminal& operator=(const terminal&) = delete;

    std::size_t lines() const;

    /// Shows these lines, cut off at the right, in place of the last ones.
    void show(const std::string& text);
};
