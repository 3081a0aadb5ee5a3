#pragma once

#include <netio/buffer.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <deque>
#include <string>
#include <system_error>
#include <variant>

namespace test {

/// A stream that hands out what it was told to, piece by piece or failure by failure, and remembers
/// what was written to it.
class memory_stream {
  public:
    using event = std::variant<std::string, std::errc>;

    std::deque<event> input = {};        ///< what the reads find; then the end
    std::deque<std::errc> failures = {}; ///< of the next writes
    std::size_t takes = 1'000'000;       ///< so many bytes at most by one write
    std::string written = {};
    int reads = 0, writes = 0;

    std::size_t read(netio::mutable_buffer into, std::error_code& ec) {
        ++reads;
        ec.clear();
        if (input.empty() || into.empty())
            return 0;
        if (const auto* failure = std::get_if<std::errc>(&input.front())) {
            ec = std::make_error_code(*failure);
            input.pop_front();
            return 0;
        }
        auto& piece = std::get<std::string>(input.front());
        const std::size_t count = std::min(piece.size(), into.size());
        std::memcpy(into.data(), piece.data(), count);
        piece.erase(0, count);
        if (piece.empty())
            input.pop_front();
        return count;
    }

    std::size_t write(netio::const_buffer from, std::error_code& ec) {
        ++writes;
        ec.clear();
        if (!failures.empty()) {
            ec = std::make_error_code(failures.front());
            failures.pop_front();
            return 0;
        }
        const std::size_t count = std::min(from.size(), takes);
        written.append(reinterpret_cast<const char*>(from.data()), count);
        return count;
    }

    std::size_t write_all(netio::const_buffer from, std::error_code& ec) {
        std::size_t done = 0;
        ec.clear();
        while (done != from.size() && !ec)
            done += write(from.subspan(done), ec);
        return done;
    }

    std::size_t read_exactly(netio::mutable_buffer into, std::error_code& ec) {
        return read(into, ec);
    }

    std::size_t read(netio::mutable_buffer into) { return checked(&memory_stream::read, into); }
    void read_exactly(netio::mutable_buffer into) { checked(&memory_stream::read_exactly, into); }
    std::size_t write(netio::const_buffer from) { return checked(&memory_stream::write, from); }
    void write_all(netio::const_buffer from) { checked(&memory_stream::write_all, from); }

    void shutdown_write() {}
    void shutdown_write(std::error_code&) {}
    void close() noexcept {}
    bool is_open() const noexcept { return true; }

  private:
    template <class Buffer>
    std::size_t checked(std::size_t (memory_stream::*call)(Buffer, std::error_code&),
                        Buffer buffer) {
        std::error_code ec;
        const std::size_t count = (this->*call)(buffer, ec);
        if (ec)
            throw std::system_error{ec};
        return count;
    }
};

} // namespace test
