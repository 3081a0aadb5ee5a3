#pragma once

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Sends back what the peer sends until it finishes, and adds up in `echoed` how many bytes that
/// was. *Fails with* errc::timed_out where nothing could be echoed for `idle_timeout`, if that is
/// not 0.
template <class Stream>
void echo(Stream& stream, std::chrono::milliseconds idle_timeout, std::uint64_t& echoed) {
    // On the fiber's stack: with what lies below it, it leaves an idle connection at one page.
    std::array<std::byte, 1024> buffer;
    for (;;) {
        std::optional<fibers::timeout_scope> limit;
        if (idle_timeout > idle_timeout.zero())
            limit.emplace(idle_timeout);
        const std::size_t count = stream.read(buffer);
        if (count == 0)
            return;
        stream.write_all(std::span{buffer}.first(count));
        echoed += count;
    }
}
