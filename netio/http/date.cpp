#include <netio/http/date.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace netio::http {
namespace {

constexpr std::string_view week_days = "SunMonTueWedThuFriSat";
constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view pattern = "Sun, 06 Nov 1994 08:49:37 GMT";

void put(char* to, unsigned value, int digits) {
    while (digits-- != 0) {
        to[digits] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
}

/// -1: there are other characters than digits.
int number(std::string_view digits) {
    int value = -1;
    if (!std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }))
        return value;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

/// Which of the words of three letters it is, from 0 on; -1: none.
int index_of(std::string_view word, std::string_view words) {
    for (std::size_t i = 0; i != words.size(); i += 3)
        if (words.substr(i, 3) == word)
            return static_cast<int>(i / 3);
    return -1;
}

} // namespace

std::string to_http_date(std::chrono::sys_seconds moment) {
    using namespace std::chrono;
    const auto day = floor<days>(moment);
    const year_month_day date{day};
    const hh_mm_ss time{moment - day};
    std::string text{pattern};
    const auto put_word = [&](std::size_t at, std::string_view words, unsigned index) {
        text.replace(at, 3, words.substr(3 * index, 3));
    };
    put_word(0, week_days, weekday{day}.c_encoding());
    put(&text[5], static_cast<unsigned>(date.day()), 2);
    put_word(8, months, static_cast<unsigned>(date.month()) - 1);
    put(&text[12], static_cast<unsigned>(static_cast<int>(date.year())), 4);
    put(&text[17], static_cast<unsigned>(time.hours().count()), 2);
    put(&text[20], static_cast<unsigned>(time.minutes().count()), 2);
    put(&text[23], static_cast<unsigned>(time.seconds().count()), 2);
    return text;
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    using namespace std::chrono;
    if (text.size() != pattern.size())
        return {};
    const int month_index = index_of(text.substr(8, 3), months);
    const int day_number = number(text.substr(5, 2)), year_number = number(text.substr(12, 4));
    const int hour = number(text.substr(17, 2)), minute = number(text.substr(20, 2));
    const int second = number(text.substr(23, 2));
    if (std::min({month_index, day_number, year_number, hour, minute, second}) < 0)
        return {};
    const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_index + 1)},
                              day{static_cast<unsigned>(day_number)}};
    if (!date.ok() || hour > 23 || minute > 59 || second > 60)
        return {};
    const sys_seconds moment =
        sys_days{date} + hours{hour} + minutes{minute} + seconds{std::min(second, 59)};
    // The separators, and the day of the week, are right if the way back leads to the same.
    std::string same = to_http_date(moment);
    if (second == 60)
        same.replace(23, 2, "60");
    return same == text ? std::optional{moment} : std::nullopt;
}

} // namespace netio::http
