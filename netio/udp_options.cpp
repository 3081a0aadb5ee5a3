#include <netio/udp_options.hpp>

#include <netio/detail/immediate.hpp>

#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace netio::detail {
namespace {

/// An option that has one name for each version of IP.
struct dual {
    int v4, v6;
};
constexpr dual loop{IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP};
constexpr dual hops{IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS};
constexpr dual interface { IP_MULTICAST_IF, IPV6_MULTICAST_IF };

bool is_v6(int fd) noexcept {
    int family = 0;
    socklen_t size = sizeof family;
    ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size);
    return family == AF_INET6;
}

template <class V4>
void set(descriptor* d, const dual& name, const V4& v4_value, int value,
         std::error_code& ec) noexcept {
    const auto call = [&](int fd) {
        return is_v6(fd) ? ::setsockopt(fd, IPPROTO_IPV6, name.v6, &value, sizeof value)
                         : ::setsockopt(fd, IPPROTO_IP, name.v4, &v4_value, sizeof v4_value);
    };
    immediate(d, call, ec);
}

int get(descriptor* d, const dual& name, std::error_code& ec) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    const auto call = [&](int fd) {
        return is_v6(fd) ? ::getsockopt(fd, IPPROTO_IPV6, name.v6, &value, &size)
                         : ::getsockopt(fd, IPPROTO_IP, name.v4, &value, &size);
    };
    immediate(d, call, ec);
    return value;
}

} // namespace

void set_option(descriptor* d, const multicast_loopback& option, std::error_code& ec) noexcept {
    const int value = option.value;
    set(d, loop, value, value, ec);
}
void set_option(descriptor* d, const multicast_ttl& option, std::error_code& ec) noexcept {
    set(d, hops, option.hops, option.hops, ec);
}
void set_option(descriptor* d, const multicast_interface& option, std::error_code& ec) noexcept {
    ip_mreqn by_index{};
    by_index.imr_ifindex = static_cast<int>(option.index);
    set(d, interface, by_index, by_index.imr_ifindex, ec);
}
void set_option(descriptor* d, const coalesce_received& option, std::error_code& ec) noexcept {
    const int value = option.value;
    immediate(
        d, [&](int fd) { return ::setsockopt(fd, IPPROTO_UDP, UDP_GRO, &value, sizeof value); },
        ec);
}

void get_option(descriptor* d, multicast_loopback& option, std::error_code& ec) noexcept {
    option.value = get(d, loop, ec);
}
void get_option(descriptor* d, multicast_ttl& option, std::error_code& ec) noexcept {
    option.hops = get(d, hops, ec);
}
void get_option(descriptor* d, coalesce_received& option, std::error_code& ec) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    immediate(
        d, [&](int fd) { return ::getsockopt(fd, IPPROTO_UDP, UDP_GRO, &value, &size); }, ec);
    option.value = value;
}

} // namespace netio::detail
