#pragma once

#include <netio/resolver.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace test {

/// How long to wait for a server that keeps silent.
constexpr std::chrono::milliseconds no_patience{50};

/// Asks these servers, each twice, and knows no files.
inline netio::resolver_options asking(std::vector<netio::endpoint> servers,
                                      std::chrono::milliseconds timeout = std::chrono::seconds{5}) {
    return {.servers = std::move(servers),
            .hosts_file = "",
            .resolv_conf = "",
            .timeout = timeout,
            .tries = 2};
}

/// Whether no more than so many descriptors are open, or soon are: a fake server closes its own late.
bool descriptors_come_down_to(std::size_t count);

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
