#include <tests/netio/faults.hpp>

#include <cerrno>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace test {

fault accept4_fault, connect_fault, recv_fault, send_fault, recvmsg_fault, sendmsg_fault;

bool fault::strikes() noexcept {
    ++calls_;
    int left = left_;
    while (left > 0)
        if (left_.compare_exchange_weak(left, left - 1)) {
            errno = error_;
            return true;
        }
    return false;
}

} // namespace test

// A program's own functions come before those of the C library.
extern "C" {

int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
    if (test::accept4_fault.strikes())
        return -1;
    return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

int connect(int fd, const sockaddr* address, socklen_t size) {
    if (test::connect_fault.strikes())
        return -1;
    return static_cast<int>(::syscall(SYS_connect, fd, address, size));
}

ssize_t recv(int fd, void* bytes, size_t size, int flags) {
    if (test::recv_fault.strikes())
        return -1;
    return ::syscall(SYS_recvfrom, fd, bytes, size, flags, nullptr, nullptr);
}

ssize_t send(int fd, const void* bytes, size_t size, int flags) {
    if (test::send_fault.strikes())
        return -1;
    return ::syscall(SYS_sendto, fd, bytes, size, flags, nullptr, 0);
}

ssize_t recvmsg(int fd, msghdr* message, int flags) {
    if (test::recvmsg_fault.strikes())
        return -1;
    return ::syscall(SYS_recvmsg, fd, message, flags);
}

ssize_t sendmsg(int fd, const msghdr* message, int flags) {
    if (test::sendmsg_fault.strikes())
        return -1;
    return ::syscall(SYS_sendmsg, fd, message, flags);
}

} // extern "C"
