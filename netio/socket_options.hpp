#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <chrono>
#include <optional>
#include <system_error>

namespace netio {

/// What was written leaves at once rather than being gathered with what follows (TCP_NODELAY).
/// On unless told otherwise: gathering (RFC 896) and the peer's delayed acknowledgements (RFC 1122)
/// together hold small messages back for 40 ms and more.
struct no_delay {
    bool value = true;
};

/// A silent peer is asked now and then whether it is still there (SO_KEEPALIVE). Off unless told.
struct keep_alive {
    bool value = true;
};

/// How many bytes may wait in the kernel to be read (SO_RCVBUF). The kernel doubles what it is
/// told, within net.core.rmem_max, and answers with the doubled value; unless told it adapts the
/// size.
struct receive_buffer_size {
    int bytes = 0;
};

/// The same for what waits to be sent (SO_SNDBUF, net.core.wmem_max).
struct send_buffer_size {
    int bytes = 0;
};

/// What closing does with bytes that were written but not sent yet (SO_LINGER): no value, the
/// kernel goes on sending in the background (unless told otherwise); 0 s, they are dropped and the
/// connection is reset; more, close() blocks the whole thread, not only its fiber, for so long.
struct linger {
    std::optional<std::chrono::seconds> timeout;
};

namespace detail {

void set_option(descriptor*, const no_delay&, std::error_code& ec) noexcept;
void set_option(descriptor*, const keep_alive&, std::error_code& ec) noexcept;
void set_option(descriptor*, const receive_buffer_size&, std::error_code& ec) noexcept;
void set_option(descriptor*, const send_buffer_size&, std::error_code& ec) noexcept;
void set_option(descriptor*, const linger&, std::error_code& ec) noexcept;

void get_option(descriptor*, no_delay&, std::error_code& ec) noexcept;
void get_option(descriptor*, keep_alive&, std::error_code& ec) noexcept;
void get_option(descriptor*, receive_buffer_size&, std::error_code& ec) noexcept;
void get_option(descriptor*, send_buffer_size&, std::error_code& ec) noexcept;
void get_option(descriptor*, linger&, std::error_code& ec) noexcept;

} // namespace detail
} // namespace netio
