#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace netio::http {

/// "Sun, 06 Nov 1994 08:49:37 GMT": a date as HTTP writes it (RFC 9110, 5.6.7).
std::string to_http_date(std::chrono::sys_seconds moment);

/// The same backwards; nothing where that is no date. Of the three forms that the standard knows, the two
/// that have been obsolete since 1997 are not read: a request's condition with one of these does not hold.
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

} // namespace netio::http
