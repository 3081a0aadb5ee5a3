#pragma once

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

} // namespace netio::detail
