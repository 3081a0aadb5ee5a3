#pragma once

#include <fibers/sync/channel.hpp>
#include <netio/http/connection_options.hpp>
#include <netio/http/request.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

/// A line for each answer, in the common log format, with which every log analyser can do something:
///
///     127.0.0.1 - - [06/Nov/1994:08:49:37 +0000] "GET / HTTP/1.1" 200 1234
///
/// Lines go through a queue to a fiber that writes them, many at once. Where the disk, or who reads the pipe, does
/// not keep up, lines are dropped and counted, and standard error is told when it does again: no request waits for its
/// line, and those that wait take 1 MiB at most.
class access_log {
  public:
    /// A file, which is appended to; "-": stdout.
    explicit access_log(std::string target) : target_{std::move(target)} {}

    /// Never suspends.
    void add(const netio::http::answered&);

    /// Writes what is added, until it is closed and everything is written.
    /// *Fails with* std::system_error where the file cannot be opened or written.
    void write();
    void close() noexcept { lines_.close(); }

    /// How many lines.
    std::uint64_t dropped() const noexcept { return dropped_; }

  private:
    template <class Target>
    void write_to(Target& target);
    void tell_of_dropped();

    static constexpr std::size_t most_waiting = 1024 * 1024; // bytes

    const std::string target_;
    fibers::channel<std::string> lines_{4096};
    std::atomic<std::size_t> waiting_ = 0; // bytes of them, those that are being written included
    std::atomic<std::uint64_t> dropped_ = 0;
    std::uint64_t told_ = 0; // of those
};
