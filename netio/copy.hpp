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

/// Through memory, for streams of any kind.
template <input_stream From, output_stream To>
void copy_by_buffer(From& from, To& to, std::uint64_t limit, std::uint64_t& moved,
                    std::error_code& ec) {
    constexpr std::size_t size = 64 * 1024;
    const auto storage = std::make_unique_for_overwrite<std::byte[]>(size);
    ec.clear();
    while (moved != limit) {
        const mutable_buffer room{
            storage.get(), static_cast<std::size_t>(std::min<std::uint64_t>(limit - moved, size))};
        const std::size_t count = from.read(room, ec);
        if (ec || count == 0)
            return;
        moved += to.write_all(room.first(count), ec);
        if (ec)
            return;
    }
}

template <input_stream From, output_stream To>
std::uint64_t copy_up_to(From& from, std::uint64_t limit, To& to, std::error_code& ec) {
    std::uint64_t moved = 0;
    if constexpr (descriptor_access::knows<From> && descriptor_access::knows<To>) {
        if (!descriptor_access::is_file(to)) {
            const auto source = descriptor_access::of(from), sink = descriptor_access::of(to);
            std::vector<std::byte> stranded;
            if (descriptor_access::is_file(from) ? send_file(source, sink, limit, moved, ec)
                                                 : splice(source, sink, limit, moved, stranded, ec))
                return moved;
            moved += to.write_all(stranded, ec);
            if (ec)
                return moved;
        }
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
/// goes to a socket or pipe by sendfile(2), one of these to another by splice(2), for which it holds a
/// pipe, two file descriptors, as long as it takes. All else, and where none are left, goes through
/// 64 KiB of memory.
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
