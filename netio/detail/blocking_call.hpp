#pragma once

#include <netio/detail/native_error.hpp>

#include <fibers/blocking.hpp>

#include <system_error>

namespace netio::detail {

/// Performs `call()`, a system call that takes as long as a disk does and returns -1 on failure, where
/// it blocks no worker; returns what it returned.
/// *Suspends until* that is done.
/// *Fails with* what the call reports, std::errc::timed_out or operation_canceled if one of these came
/// before it began.
template <class Call>
auto blocking_call(Call call, std::error_code& ec) {
    auto result = decltype(call()){-1};
    try {
        fibers::blocking([&] {
            do
                result = call();
            while (result == -1 && errno == EINTR);
            ec = result == -1 ? native_error() : std::error_code{};
        });
    } catch (const std::system_error& error) {
        ec = error.code();
    }
    return result;
}

} // namespace netio::detail
