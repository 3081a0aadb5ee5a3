#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace netio::http {

/// "a%20b" as "a b" (RFC 3986, 2.1). Nothing where a % is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// The other way round, for a path: all but letters, digits and -._~!$&'()*+,;=:@/ is encoded.
std::string percent_encode_path(std::string_view text);

/// "/a/./b//../c" as "/a/c" (RFC 3986, 5.2.4; empty segments count as none). Nothing where it leads
/// above the root, or does not begin with a slash.
std::optional<std::string> normalized_path(std::string_view path);

} // namespace netio::http
