#include <netio/detail/sigpipe_block.hpp>

#include <cerrno>
#include <ctime>

namespace netio::detail {
namespace {

sigset_t only_sigpipe() noexcept {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    return set;
}

bool is_pending() noexcept {
    sigset_t pending;
    ::sigpending(&pending);
    return sigismember(&pending, SIGPIPE) == 1;
}

} // namespace

sigpipe_block::sigpipe_block() noexcept : was_pending_{is_pending()} {
    const sigset_t sigpipe = only_sigpipe();
    ::pthread_sigmask(SIG_BLOCK, &sigpipe, &former_mask_);
}

sigpipe_block::~sigpipe_block() {
    const int error = errno;
    if (error == EPIPE && !was_pending_) {
        const sigset_t sigpipe = only_sigpipe();
        const timespec at_once{};
        ::sigtimedwait(&sigpipe, nullptr, &at_once);
    }
    ::pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
    errno = error;
}

} // namespace netio::detail
