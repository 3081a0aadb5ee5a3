#pragma once

#include <netio/resolver.hpp>

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// Asks these servers, each twice and not for long, and knows no files.
inline netio::resolver_options asking(std::vector<netio::endpoint> servers) {
    using namespace std::chrono_literals;
    return {.servers = std::move(servers),
            .hosts_file = "",
            .resolv_conf = "",
            .timeout = 300ms,
            .tries = 2};
}

/// A file that goes with the test.
class temporary_file {
  public:
    explicit temporary_file(std::string_view text);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    const std::string& path() const noexcept { return path_; }
    void write(std::string_view text) const;

  private:
    std::string path_;
};

} // namespace test
