#pragma once

#include <algorithm>
#include <string_view>

namespace netio::detail {

/// Takes the next word off a line of a file whose words lie between blanks. Empty: there is none left.
inline std::string_view take_word(std::string_view& line) noexcept {
    constexpr std::string_view blanks = " \t\r\v\f";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::string_view word = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(word.size());
    return word;
}

/// Takes the next line off a text.
inline std::string_view take_line(std::string_view& text) noexcept {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    return line;
}

} // namespace netio::detail
