#include <fibers/detail/thread_state.hpp>

#include <sys/syscall.h>

#include <fstream>

namespace fibers::detail {

namespace {

/// Those in which a thread may sit for long; null for the others.
const char* name_of(long number) noexcept {
    switch (number) {
    case SYS_accept:
        return "accept";
    case SYS_accept4:
        return "accept4";
    case SYS_clock_nanosleep:
        return "clock_nanosleep";
    case SYS_close:
        return "close";
    case SYS_connect:
        return "connect";
    case SYS_copy_file_range:
        return "copy_file_range";
    case SYS_epoll_pwait:
        return "epoll_pwait";
    case SYS_epoll_pwait2:
        return "epoll_pwait2";
    case SYS_fcntl:
        return "fcntl";
    case SYS_fdatasync:
        return "fdatasync";
    case SYS_flock:
        return "flock";
    case SYS_fsync:
        return "fsync";
    case SYS_futex:
        return "futex";
    case SYS_getdents64:
        return "getdents64";
    case SYS_ioctl:
        return "ioctl";
    case SYS_io_uring_enter:
        return "io_uring_enter";
    case SYS_msgrcv:
        return "msgrcv";
    case SYS_nanosleep:
        return "nanosleep";
    case SYS_openat:
        return "openat";
    case SYS_ppoll:
        return "ppoll";
    case SYS_pread64:
        return "pread";
    case SYS_pselect6:
        return "pselect";
    case SYS_pwrite64:
        return "pwrite";
    case SYS_read:
        return "read";
    case SYS_readv:
        return "readv";
    case SYS_recvfrom:
        return "recvfrom";
    case SYS_recvmmsg:
        return "recvmmsg";
    case SYS_recvmsg:
        return "recvmsg";
    case SYS_rt_sigtimedwait:
        return "sigtimedwait";
    case SYS_semtimedop:
        return "semtimedop";
    case SYS_sendfile:
        return "sendfile";
    case SYS_sendmsg:
        return "sendmsg";
    case SYS_sendto:
        return "sendto";
    case SYS_splice:
        return "splice";
    case SYS_statx:
        return "statx";
    case SYS_wait4:
        return "wait4";
    case SYS_waitid:
        return "waitid";
    case SYS_write:
        return "write";
    case SYS_writev:
        return "writev";
#ifdef SYS_epoll_wait // not where the generic system calls are
    case SYS_epoll_wait:
        return "epoll_wait";
    case SYS_open:
        return "open";
    case SYS_pause:
        return "pause";
    case SYS_poll:
        return "poll";
    case SYS_select:
        return "select";
    case SYS_stat:
        return "stat";
#endif
    default:
        return nullptr;
    }
}

} // namespace

std::string system_call_of(pid_t thread) {
    std::ifstream file{"/proc/self/task/" + std::to_string(thread) + "/syscall"};
    long number = -1;
    if (!(file >> number) || number < 0) // "running", or -1: it is blocked otherwise
        return {};
    const char* const name = name_of(number);
    return name ? std::string(name) + "(2)" : "system call " + std::to_string(number);
}

} // namespace fibers::detail
