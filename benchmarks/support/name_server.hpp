#pragma once

#include <cstdint>
#include <thread>

namespace bench {

/// A name server on 127.0.0.1, in a thread, that has one IPv4 address for every name and answers at
/// once. It does no more than the benchmarks need: one question a message, by UDP.
class name_server {
  public:
    name_server();
    name_server(const name_server&) = delete;
    name_server& operator=(const name_server&) = delete;
    ~name_server();

    std::uint16_t port() const noexcept { return port_; }

  private:
    void serve() const;

    int socket_;
    std::uint16_t port_;
    std::thread thread_;
};

} // namespace bench
