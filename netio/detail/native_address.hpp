#pragma once

#include <sys/socket.h>

namespace netio::detail {

/// The system's form of an address to send to, or room for one that it tells.
struct native_address {
    native_address() noexcept = default;
    template <class Endpoint>
    explicit native_address(const Endpoint& e) noexcept
        : size{static_cast<socklen_t>(e.to_native(storage))} {}

    sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
    const sockaddr* get() const noexcept { return reinterpret_cast<const sockaddr*>(&storage); }

    sockaddr_storage storage;
    socklen_t size = sizeof storage;
};

} // namespace netio::detail
