#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_access.hpp>
#include <netio/detail/name_of.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/splice.hpp>
#include <netio/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <system_error>
#include <vector>

namespace netio {

namespace detail {

/// Through memory, a piece of at most `size` bytes at a time, until `on_piece(count)` returns false.
template <input_stream From, output_stream To, class OnPiece>
void copy_by_buffer(From& from, To& to, std::size_t size, std::uint64_t limit, std::uint64_t& moved,
                    std::error_code& ec, OnPiece on_piece) {
    const auto storage = std::make_unique_for_overwrite<std::byte[]>(size);
    ec.clear();
    while (moved != limit) {
        const mutable_buffer room{
            storage.get(), static_cast<std::size_t>(std::min<std::uint64_t>(limit - moved, size))};
        const std::size_t count = from.read(room, ec);
        if (ec || count == 0)
            return;
        moved += to.write_all(room.first(count), ec);
        if (ec || !on_piece(count))
            return;
    }
}

/// Through memory, for streams of any kind.
template <input_stream From, output_stream To>
void copy_by_buffer(From& from, To& to, std::uint64_t limit, std::uint64_t& moved,
                    std::error_code& ec) {
    copy_by_buffer(from, to, 64 * 1024, limit, moved, ec, [](std::size_t) { return true; });
}

/// By splice(2) as long as much comes at once, and through memory, which takes fewer system calls for a
/// little, until so much has come without a pause that splicing pays.
template <input_stream From, output_stream To>
void copy_by_turns(From& from, To& to, std::uint64_t limit, std::uint64_t& moved,
                   std::error_code& ec) {
    constexpr int streak = 4;
    for (;;) {
        int full = 0;
        copy_by_buffer(from, to, small_piece, limit, moved, ec, [&](std::size_t count) {
            full = count == small_piece ? full + 1 : 0;
            return full != streak;
        });
        if (full != streak || ec || moved == limit)
            return;
        std::vector<std::byte> stranded;
        const splice_end end = splice(descriptor_access::of(from), descriptor_access::of(to), limit,
                                      moved, stranded, ec);
        if (end == splice_end::over)
            return;
        if (end == splice_end::refused) {
            moved += to.write_all(stranded, ec);
            if (!ec)
                copy_by_buffer(from, to, limit, moved, ec);
            return;
        }
    }
}

template <input_stream From, output_stream To>
std::uint64_t copy_up_to(From& from, std::uint64_t limit, To& to, std::error_code& ec) {
    std::uint64_t moved = 0;
    if constexpr (descriptor_access::knows<From> && descriptor_access::knows<To>) {
        if (!descriptor_access::is_file(from) && !descriptor_access::is_file(to)) {
            copy_by_turns(from, to, limit, moved, ec);
            return moved;
        }
        if (!descriptor_access::is_file(to) &&
            send_file(descriptor_access::of(from), descriptor_access::of(to), limit, moved, ec))
            return moved;
    }
    copy_by_buffer(from, to, limit, moved, ec);
    return moved;
}

template <class Operation, class From, class To>
std::uint64_t copy_or_throw(Operation operation, const From& from, const To& to) {
    return or_throw(operation,
                    [&] { return "cannot copy from " + name_of(from) + " to " + name_of(to); });
}

} // namespace detail

/// Copies until `from` ends; returns how many bytes. The bytes stay in the kernel where they can: a file
/// goes to a socket or pipe by sendfile(2), one of these to another by splice(2) while much comes at once,
/// for which it holds a pipe, two file descriptors, so long. All else, and where none are left, goes
/// through 64 KiB of memory at most.
///
/// *Suspends until* that is done. *Fails* as reading from the one or writing to the other does. The
/// error_code form returns how many bytes `to` has taken; up to 1 MiB that had been read is lost then.
template <input_stream From, output_stream To>
std::uint64_t copy(From& from, To& to, std::error_code& ec) {
    return detail::copy_up_to(from, std::numeric_limits<std::uint64_t>::max(), to, ec);
}

template <input_stream From, output_stream To>
std::uint64_t copy(From& from, To& to) {
    return detail::copy_or_throw([&](std::error_code& ec) { return netio::copy(from, to, ec); },
                                 from, to);
}

/// The same with the first `count` bytes, and not one more is taken from `from`; fewer where it ends
/// before.
template <input_stream From, output_stream To>
std::uint64_t copy_n(From& from, std::uint64_t count, To& to, std::error_code& ec) {
    return detail::copy_up_to(from, count, to, ec);
}

template <input_stream From, output_stream To>
std::uint64_t copy_n(From& from, std::uint64_t count, To& to) {
    return detail::copy_or_throw(
        [&](std::error_code& ec) { return netio::copy_n(from, count, to, ec); }, from, to);
}

} // namespace netio
