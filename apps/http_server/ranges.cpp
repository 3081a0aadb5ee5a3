#include <apps/http_server/ranges.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <system_error>

namespace {

constexpr std::size_t most_ranges = 16;

std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size() || text.empty())
        return {};
    if (failure == std::errc::result_out_of_range)
        return std::numeric_limits<std::uint64_t>::max(); // behind the end of every file
    return failure == std::errc{} ? std::optional{value} : std::nullopt;
}

std::string_view without_blanks(std::string_view text) {
    const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Of "5-9", "5-" and "-9"; with a count of 0 where the file has no such bytes.
std::optional<byte_range> parse_range(std::string_view text, std::uint64_t size) {
    const std::size_t dash = text.find('-');
    if (dash == text.npos)
        return {};
    const std::string_view before = text.substr(0, dash), behind = text.substr(dash + 1);
    if (before.empty()) {
        const auto count = parse_number(behind);
        if (!count)
            return {};
        return byte_range{size - std::min(*count, size), std::min(*count, size)};
    }
    const auto first = parse_number(before);
    const auto last =
        behind.empty() ? std::numeric_limits<std::uint64_t>::max() : parse_number(behind);
    if (!first || !last || *last < *first)
        return {};
    if (*first >= size)
        return byte_range{0, 0};
    return byte_range{*first, std::min(*last, size - 1) - *first + 1};
}

} // namespace

std::optional<std::vector<byte_range>> parse_ranges(std::string_view field, std::uint64_t size) {
    constexpr std::string_view unit = "bytes=";
    if (!field.starts_with(unit))
        return {};
    field.remove_prefix(unit.size());
    std::vector<byte_range> ranges;
    std::uint64_t bytes = 0;
    for (bool is_last = false; !is_last;) {
        const std::size_t end = std::min(field.find(','), field.size());
        is_last = end == field.size();
        const auto range = parse_range(without_blanks(field.substr(0, end)), size);
        field.remove_prefix(is_last ? end : end + 1);
        if (!range || ranges.size() == most_ranges)
            return {};
        if (range->count == 0)
            continue;
        ranges.push_back(*range);
        bytes += range->count;
    }
    if (bytes > size) // they overlap: an attack (RFC 9110, 14.2), or of no use
        return {};
    return ranges;
}
