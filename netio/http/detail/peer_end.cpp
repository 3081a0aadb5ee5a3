#include <netio/http/detail/peer_end.hpp>

#include <netio/detail/immediate.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netio::http::detail {

void get_option(netio::detail::descriptor* d, peer_end& option, std::error_code& ec) noexcept {
    tcp_info info{};
    socklen_t size = sizeof info;
    netio::detail::immediate(
        d, [&](int fd) { return ::getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size); }, ec);
    option.value = ec || info.tcpi_state != TCP_ESTABLISHED;
}

} // namespace netio::http::detail
