#include <netio/process.hpp>

#include <netio/detail/blocking_call.hpp>
#include <netio/detail/immediate.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>
#include <netio/detail/spawn_plan.hpp>

#include <fibers/cancellation.hpp>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace netio {
namespace {

template <class Operation>
auto or_throw(Operation operation, const char* what, const std::string& program) {
    return detail::or_throw(operation, [&] { return what + (' ' + program); });
}

/// By number: glibc 2.36 declares pidfd_open(2) in a way that C++ cannot link.
int open_pidfd(pid_t child) noexcept {
    return static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
}

/// Our end of a pipe, where there is one.
template <class End>
End take_over(unique_descriptor ours, const char* name, const std::string& program,
              std::error_code& ec) {
    if (!ours || ec)
        return {};
    End end = End::adopt(ours.get(), name + (" of " + program), ec);
    if (!ec)
        static_cast<void>(ours.release());
    return end;
}

exit_status status_of(const siginfo_t& info) noexcept {
    if (info.si_code == CLD_EXITED)
        return {.code = info.si_status};
    return {.signal = info.si_status};
}

} // namespace

process process::spawn(const std::string& program, const process_options& options) {
    const auto describe = [&] {
        // The system does not tell which of the two it is that it has not found.
        const std::string where = options.directory.empty() ? "" : " in " + options.directory;
        return "cannot start " + program + where;
    };
    return detail::or_throw([&](std::error_code& ec) { return spawn(program, options, ec); },
                            describe);
}

process process::spawn(const std::string& program, const process_options& options,
                       std::error_code& ec) {
    detail::spawn_plan plan;
    auto input = plan.redirect(STDIN_FILENO, options.input, ec);
    unique_descriptor output, error_output;
    if (!ec)
        output = plan.redirect(STDOUT_FILENO, options.output, ec);
    if (!ec)
        error_output = plan.redirect(STDERR_FILENO, options.error_output, ec);
    if (!ec)
        plan.pass_on(options.descriptors, ec);
    if (ec)
        return {};
    plan.change_directory(options.directory);

    process started;
    started.program_ = program;
    started.input_ = take_over<pipe_writer>(std::move(input), "the standard input", program, ec);
    started.output_ = take_over<pipe_reader>(std::move(output), "the standard output", program, ec);
    started.error_output_ =
        take_over<pipe_reader>(std::move(error_output), "the standard error", program, ec);
    if (ec)
        return {};

    // In one go, so that nothing comes between the child and the handle on it.
    const auto start = [&] {
        std::error_code spawn_ec;
        started.id_ = plan.carry_out(program, options, spawn_ec);
        if (spawn_ec) {
            errno = spawn_ec.value();
            return -1;
        }
        const int handle = open_pidfd(started.id_);
        if (handle == -1) {
            const int error = errno;
            ::kill(started.id_, SIGKILL);
            ::waitpid(started.id_, nullptr, 0);
            errno = error;
        }
        return handle;
    };
    const int handle = detail::blocking_call(start, ec);
    if (ec)
        return {};
    started.handle_ = detail::take_over(handle, ec);
    return started;
}

process& process::operator=(process other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(program_, other.program_);
    std::swap(id_, other.id_);
    std::swap(ended_, other.ended_);
    std::swap(input_, other.input_);
    std::swap(output_, other.output_);
    std::swap(error_output_, other.error_output_);
    return *this;
}

process::~process() {
    if (!handle_.is_open() || ended_)
        return;
    const fibers::cancellation_shield shield;
    std::error_code ec;
    kill(SIGKILL, ec);
    wait(ec);
    // A plain thread may lack the descriptor that a wait takes.
    if (ec)
        detail::blocking_call([this] { return ::waitpid(id_, nullptr, 0); }, ec);
}

exit_status process::wait() {
    return or_throw([&](std::error_code& ec) { return wait(ec); }, "cannot wait for", program_);
}

exit_status process::wait(std::error_code& ec) {
    ec.clear();
    if (ended_)
        return *ended_;
    siginfo_t info{};
    const auto reap = [&](int fd) {
        const int result = ::waitid(P_PIDFD, static_cast<id_t>(fd), &info, WEXITED | WNOHANG);
        if (result == 0 && info.si_pid == 0) {
            errno = EINPROGRESS; // for retry() to wait
            return -1;
        }
        return result;
    };
    detail::retry(handle_.get(), fibers::direction::read, 0, reap, ec);
    if (ec)
        return {};
    ended_ = status_of(info);
    return *ended_;
}

void process::kill(int signal) {
    or_throw([&](std::error_code& ec) { kill(signal, ec); }, "cannot send a signal to", program_);
}

void process::kill(int signal, std::error_code& ec) {
    const auto send = [signal](int fd) {
        return static_cast<int>(::syscall(SYS_pidfd_send_signal, fd, signal, nullptr, 0));
    };
    detail::immediate(handle_.get(), send, ec);
}

} // namespace netio
