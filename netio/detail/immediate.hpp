#pragma once

#include <netio/detail/descriptor.hpp>
#include <netio/detail/native_error.hpp>

#include <system_error>

namespace netio::detail {

/// Performs `call(fd)`, a system call that never has to wait and returns -1 on failure.
/// *Fails with* what the call reports, or std::errc::bad_file_descriptor if the descriptor is
/// closed.
template <class Call>
void immediate(descriptor* d, Call call, std::error_code& ec) {
    const descriptor::operation operation{d};
    if (!operation)
        ec = std::make_error_code(std::errc::bad_file_descriptor);
    else if (call(operation.native_handle()) == -1)
        ec = native_error();
    else
        ec.clear();
}

} // namespace netio::detail
