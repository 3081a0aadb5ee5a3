#pragma once

#include <ctime>
#include <string>
#include <string_view>

namespace netio::http::detail {

/// "Date: …\r\n" of this second, made anew once a second.
class date_line {
  public:
    std::string_view now();

  private:
    std::time_t second_ = -1;
    std::string text_;
};

} // namespace netio::http::detail
