#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>

/// A server of the test's own that accepts one connection and does with it what the test says: to see
/// what a client makes of a server that is not right.
class stub_server {
  public:
    /// `serve` gets the socket, and runs in a thread of its own.
    explicit stub_server(std::function<void(int)> serve);
    stub_server(const stub_server&) = delete;
    stub_server& operator=(const stub_server&) = delete;
    ~stub_server();

    std::string address() const;

  private:
    int listener_;
    std::uint16_t port_;
    std::thread thread_;
};

/// Echoes until the peer finishes, after `spoil(bytes, position)` has seen, and may have changed, what
/// came in at that position.
void echo_spoilt(int socket, const std::function<void(std::string&, std::size_t)>& spoil);
