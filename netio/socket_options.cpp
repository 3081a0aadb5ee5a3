#include <netio/socket_options.hpp>

#include <netio/detail/immediate.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netio::detail {
namespace {

template <class Native>
void set(descriptor* d, int level, int name, const Native& value, std::error_code& ec) noexcept {
    immediate(
        d, [&](int fd) { return ::setsockopt(fd, level, name, &value, sizeof value); }, ec);
}

template <class Native>
Native get(descriptor* d, int level, int name, std::error_code& ec) noexcept {
    Native value{};
    socklen_t size = sizeof value;
    immediate(
        d, [&](int fd) { return ::getsockopt(fd, level, name, &value, &size); }, ec);
    return value;
}

} // namespace

void set_option(descriptor* d, const no_delay& option, std::error_code& ec) noexcept {
    set<int>(d, IPPROTO_TCP, TCP_NODELAY, option.value, ec);
}
void set_option(descriptor* d, const keep_alive& option, std::error_code& ec) noexcept {
    set<int>(d, SOL_SOCKET, SO_KEEPALIVE, option.value, ec);
}
void set_option(descriptor* d, const receive_buffer_size& option, std::error_code& ec) noexcept {
    set<int>(d, SOL_SOCKET, SO_RCVBUF, option.bytes, ec);
}
void set_option(descriptor* d, const send_buffer_size& option, std::error_code& ec) noexcept {
    set<int>(d, SOL_SOCKET, SO_SNDBUF, option.bytes, ec);
}
void set_option(descriptor* d, const linger& option, std::error_code& ec) noexcept {
    const ::linger native{
        option.timeout.has_value(),
        static_cast<int>(option.timeout.value_or(std::chrono::seconds{}).count())};
    set(d, SOL_SOCKET, SO_LINGER, native, ec);
}

void get_option(descriptor* d, no_delay& option, std::error_code& ec) noexcept {
    option.value = get<int>(d, IPPROTO_TCP, TCP_NODELAY, ec);
}
void get_option(descriptor* d, keep_alive& option, std::error_code& ec) noexcept {
    option.value = get<int>(d, SOL_SOCKET, SO_KEEPALIVE, ec);
}
void get_option(descriptor* d, receive_buffer_size& option, std::error_code& ec) noexcept {
    option.bytes = get<int>(d, SOL_SOCKET, SO_RCVBUF, ec);
}
void get_option(descriptor* d, send_buffer_size& option, std::error_code& ec) noexcept {
    option.bytes = get<int>(d, SOL_SOCKET, SO_SNDBUF, ec);
}
void get_option(descriptor* d, linger& option, std::error_code& ec) noexcept {
    const auto native = get<::linger>(d, SOL_SOCKET, SO_LINGER, ec);
    option.timeout.reset();
    if (native.l_onoff)
        option.timeout.emplace(native.l_linger);
}

} // namespace netio::detail
