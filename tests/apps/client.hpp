#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// A TCP connection to a server on 127.0.0.1, plain and blocking; nothing blocks for ever.
class client {
  public:
    explicit client(std::uint16_t port);
    client(client&& other) noexcept;
    client& operator=(client&& other) noexcept;
    ~client();

    /// Its own, as the server sees it: "127.0.0.1:12345".
    std::string address() const;

    /// False: the server is gone, or has read nothing for a long time.
    bool send(std::string_view bytes);
    void finish_sending();

    /// What arrives: `size` bytes; fewer where the connection ends or nothing comes for a long time.
    std::string receive(std::size_t size);
    std::string receive_all();

    /// Sends and receives the same.
    bool is_echoed(std::string_view bytes);

    /// Whether nothing arrives for so long.
    bool hears_nothing_for(int milliseconds);
    /// Whether the server closes or resets the connection.
    bool is_ended_by_server();

    /// Closes with a reset instead of an orderly end.
    void reset();

  private:
    int fd_;
};

/// Whether a server listens there.
bool is_refused(std::uint16_t port);

/// Bytes that differ everywhere and are the same each time.
std::string random_bytes(std::size_t size, unsigned seed = 1);
