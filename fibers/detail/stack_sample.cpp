#include <fibers/detail/stack_sample.hpp>

#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/stack_walk.hpp>
#include <fibers/detail/worker.hpp>

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>

namespace fibers::detail {

namespace {

// Nobody is harmed by one that is not meant for him: it is ignored where there is no handler, and a
// program that uses it must look whether there is anything.
constexpr int signal_number = SIGURG;

// What a signal handler can reach is the process's.
std::once_flag prepared;
struct sigaction previous;

void on_signal(int signal, siginfo_t* info, void* machine_context) {
    const int saved_errno = errno;
    if (info->si_code == SI_TKILL && this_worker)
        this_worker->sample().take(current_fiber);
    else if (previous.sa_flags & SA_SIGINFO)
        previous.sa_sigaction(signal, info, machine_context);
    else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN)
        previous.sa_handler(signal);
    errno = saved_errno;
}

} // namespace

void stack_sample::prepare() {
    std::call_once(prepared, [] {
        std::array<void*, 1> frame;
        walk_interrupted(frame); // loads what it needs now, not in the handler
        struct sigaction action {};
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
        ::sigaction(signal_number, &action, &previous);
    });
}

void stack_sample::ask(pid_t thread) noexcept {
    ::syscall(SYS_tgkill, ::getpid(), thread, signal_number);
}

void stack_sample::take(const fiber_record* running) noexcept {
    const std::uint32_t last = sequence_.load(std::memory_order_relaxed);
    sequence_.store(last + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    running_fiber now;
    now.frame_count = walk_interrupted(now.frames);
    id_.store(running, std::memory_order_relaxed);
    const std::string_view name = running ? running->name().c_str() : "";
    const std::size_t length = std::min(name.size(), name_.size() - 1);
    for (std::size_t i = 0; i < name_.size(); ++i)
        name_[i].store(i < length ? name[i] : '\0', std::memory_order_relaxed);
    for (std::size_t i = 0; i < now.frame_count; ++i)
        frames_[i].store(now.frames[i], std::memory_order_relaxed);
    frame_count_.store(now.frame_count, std::memory_order_relaxed);
    sequence_.store(last + 2, std::memory_order_release);
}

std::optional<running_fiber> stack_sample::taken_after(std::uint32_t before) const noexcept {
    const std::uint32_t seen = sequence();
    if (seen % 2 != 0 || seen == before)
        return std::nullopt;
    running_fiber copy;
    copy.id = id_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < name_.size(); ++i)
        copy.name[i] = name_[i].load(std::memory_order_relaxed);
    copy.frame_count = frame_count_.load(std::memory_order_relaxed);
    for (std::size_t i = 0; i < copy.frame_count; ++i)
        copy.frames[i] = frames_[i].load(std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_acquire);
    return sequence_.load(std::memory_order_relaxed) == seen ? std::optional{copy} : std::nullopt;
}

} // namespace fibers::detail
