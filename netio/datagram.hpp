#pragma once

#include <netio/buffer.hpp>

#include <cstddef>

namespace netio {

/// What has been received of a datagram.
template <class Endpoint>
struct datagram {
    std::size_t size = 0;      ///< bytes that were received
    std::size_t full_size = 0; ///< bytes that were sent; those beyond `size` are lost
    Endpoint sender;

    bool is_truncated() const noexcept { return full_size > size; }
};

/// A datagram to be sent with others.
template <class Endpoint>
struct outgoing_datagram {
    const_buffer bytes;
    Endpoint to;
};

/// Room for a datagram that is received with others.
template <class Endpoint>
struct incoming_datagram {
    mutable_buffer room;
    datagram<Endpoint> received;

    mutable_buffer bytes() const noexcept { return room.first(received.size); }
};

} // namespace netio
