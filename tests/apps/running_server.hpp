#pragma once

#include <tests/apps/process.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// A server of apps/ on a free port, from the line that it is listening on.
class running_server : public process {
  public:
    explicit running_server(const std::vector<std::string>& command);

    std::uint16_t port() const noexcept { return port_; }
    /// As a word of a command line.
    std::string port_text() const { return std::to_string(port_); }

  private:
    std::uint16_t port_;
};

/// echo_server with these options.
running_server echo_server(std::vector<std::string> options = {});
