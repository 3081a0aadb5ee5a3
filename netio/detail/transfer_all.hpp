#pragma once

#include <netio/buffer.hpp>
#include <netio/error.hpp>

#include <cstddef>
#include <system_error>

namespace netio::detail {

/// Repeats `step(done, ec)`, which moves some bytes and returns how many, until `total` have been
/// moved or it fails, which it may do having moved some. *Fails with* errc::end_of_stream if a step
/// moves none. Returns how many were moved.
template <class Step>
std::size_t transfer_all(std::size_t total, Step step, std::error_code& ec) {
    std::size_t done = 0;
    ec.clear();
    while (done < total) {
        const std::size_t count = step(done, ec);
        done += count;
        if (count == 0 && !ec)
            ec = errc::end_of_stream;
        if (ec)
            break;
    }
    return done;
}

/// Reads until `into` is full; returns how many bytes. *Fails with* errc::end_of_stream, and as reading does.
template <class Stream>
std::size_t read_whole(Stream& stream, mutable_buffer into, std::error_code& ec) {
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        return stream.read(into.subspan(done), step_ec);
    };
    return transfer_all(into.size(), step, ec);
}

/// Writes everything; returns how many bytes. *Fails* as writing does.
template <class Stream>
std::size_t write_whole(Stream& stream, const_buffer from, std::error_code& ec) {
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        return stream.write(from.subspan(done), step_ec);
    };
    return transfer_all(from.size(), step, ec);
}

} // namespace netio::detail
