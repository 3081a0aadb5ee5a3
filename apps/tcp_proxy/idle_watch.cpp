#include <apps/tcp_proxy/idle_watch.hpp>

#include <fibers/this_fiber.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>

void idle_watch::wait_until_idle() const {
    using std::chrono::milliseconds;
    for (milliseconds left = limit_; left > left.zero();) {
        fibers::this_fiber::sleep_for(left);
        tcp_info info{};
        socklen_t size = sizeof info;
        if (::getsockopt(socket_, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
            return;
        left = limit_ - milliseconds{std::min(info.tcpi_last_data_recv, info.tcpi_last_data_sent)};
    }
}
