#include <fibers/detail/overflow_report.hpp>

#include <fibers/detail/worker.hpp>

#include <execinfo.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <mutex>

namespace fibers::detail {

namespace {

constexpr std::size_t signal_stack_size = 64 * 1024;

// The only state of the library that is the process's: what a signal handler can reach.
std::once_flag installed;
struct sigaction previous_segv, previous_bus;

/// Where the stack is that the running fiber is on: one of its own, or the one it has borrowed.
const stack_arena& stacks_in_use() noexcept {
    const scratch_stack& shared = this_worker->scratch();
    return shared.lent() ? shared.arena() : this_worker->stacks();
}

/// The fiber on whose guard `address` lies, if it is the one that runs on this thread.
const fiber_record* overflowed_fiber(const void* address) noexcept {
    if (!this_worker)
        return nullptr;
    const fiber_record* const running = current_fiber;
    if (!running || !running->own_stack)
        return nullptr;
    const stack_arena& stacks = stacks_in_use();
    const scratch_stack& shared = this_worker->scratch();
    const std::byte* const limit =
        stacks.limit_of(shared.lent() ? shared.lent_stack() : *running->own_stack);
    const auto* const fault = static_cast<const std::byte*>(address);
    return fault < limit && fault >= limit - stacks.guard_size() ? running : nullptr;
}

void report(const fiber_record& fiber) noexcept {
    const bool shared = this_worker->scratch().lent();
    std::array<char, 512> text;
    const int length = std::snprintf(
        text.data(), text.size(),
        "weft: stack overflow in fiber %p \"%s\": its %zu KiB are used up (%s)\n",
        static_cast<const void*>(&fiber), fiber.name().c_str(), stacks_in_use().stack_size() / 1024,
        shared ? "fibers::on_shared_stack" : "fibers::runtime_options::stack_size");
    if (length > 0) {
        const auto size = std::min(static_cast<std::size_t>(length), text.size() - 1);
        [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), size);
    }
    std::array<void*, 32> frames;
    ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), frames.size()), STDERR_FILENO);
}

void on_fault(int signal, siginfo_t* info, void* machine_context) {
    if (const fiber_record* const fiber = overflowed_fiber(info->si_addr))
        report(*fiber);
    const struct sigaction& previous = signal == SIGSEGV ? previous_segv : previous_bus;
    if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal, info, machine_context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        ::signal(signal, SIG_DFL);
        // A fault repeats itself on return, and ends the process then; what kill(2) sent does not.
        if (info->si_code <= 0)
            ::raise(signal);
    }
}

void install() {
    std::array<void*, 1> frame;
    ::backtrace(frame.data(), frame.size()); // loads libgcc now, not in the handler
    struct sigaction action {};
    action.sa_sigaction = on_fault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigaction(SIGSEGV, &action, &previous_segv);
    ::sigaction(SIGBUS, &action, &previous_bus);
}

} // namespace

overflow_report_on_this_thread::overflow_report_on_this_thread()
    : signal_stack_(new char[signal_stack_size]) {
    std::call_once(installed, install);
    stack_t own{};
    own.ss_sp = signal_stack_.get();
    own.ss_size = signal_stack_size;
    ::sigaltstack(&own, &previous_);
}

overflow_report_on_this_thread::~overflow_report_on_this_thread() {
    ::sigaltstack(&previous_, nullptr);
}

} // namespace fibers::detail
