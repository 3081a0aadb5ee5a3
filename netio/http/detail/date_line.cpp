#include <netio/http/detail/date_line.hpp>

#include <netio/http/date.hpp>

#include <chrono>

namespace netio::http::detail {

std::string_view date_line::now() {
    if (const std::time_t second = std::time(nullptr); second != second_) {
        second_ = second;
        text_ = "Date: " + to_http_date(std::chrono::sys_seconds{std::chrono::seconds{second}}) +
                "\r\n";
    }
    return text_;
}

} // namespace netio::http::detail
