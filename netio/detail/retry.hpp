#pragma once

#include <netio/detail/descriptor.hpp>
#include <netio/detail/native_error.hpp>

#include <cstddef>
#include <sys/types.h>
#include <system_error>

namespace netio::detail {

/// Not a failure: there is nothing to be had now. The last two are connect(2)'s way to say so.
inline bool is_not_yet(int error) noexcept {
    return error == EAGAIN || error == EINPROGRESS || error == EALREADY;
}

/// The one way in which this library waits for a descriptor: performs `call(fd)`, a non-blocking
/// system call, as soon as it can get anywhere, and returns what it returned, 0 on failure.
///
/// A result above 0 but below `asked` has emptied (or filled) the socket, so the next attempt waits
/// without asking the system again; `asked` = 0 says that no result tells such a thing.
/// Suspends until the descriptor is ready. *Fails with* what the call reports, std::errc::timed_out
/// (deadline), operation_canceled (stop), bad_file_descriptor (closed, before or meanwhile).
template <class Call>
std::size_t retry(descriptor* d, fibers::direction direction, std::size_t asked, Call call,
                  std::error_code& ec) {
    const descriptor::operation operation{d};
    if (!operation) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return 0;
    }
    fibers::readiness& ready = operation.readiness();
    for (;;) {
        ec = ready.wait(direction);
        if (ec)
            return 0;

        const ssize_t result = call(operation.native_handle());
        if (result >= 0) {
            const auto count = static_cast<std::size_t>(result);
            if (count == 0 || count >= asked)
                ready.still_ready(direction);
            return count;
        }
        if (is_not_yet(errno))
            continue;
        ec = native_error();
        ready.still_ready(direction);
        if (ec != std::errc::interrupted)
            return 0;
    }
}

} // namespace netio::detail
