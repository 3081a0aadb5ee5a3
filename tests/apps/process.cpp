#include <tests/apps/process.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

using namespace std::chrono_literals;

namespace {

int checked(int result, const char* what) {
    if (result < 0)
        throw std::system_error{errno, std::generic_category(), what};
    return result;
}

/// By number: glibc 2.36 declares pidfd_open(2) in a way that C++ cannot link.
int open_pidfd(pid_t id) {
    return checked(static_cast<int>(::syscall(SYS_pidfd_open, id, 0)), "pidfd_open");
}

int memory_file(std::string_view content) {
    const int fd = checked(::memfd_create("standard stream", MFD_CLOEXEC), "memfd_create");
    while (!content.empty())
        content.remove_prefix(static_cast<std::size_t>(
            checked(static_cast<int>(::write(fd, content.data(), content.size())), "write")));
    ::lseek(fd, 0, SEEK_SET);
    return fd;
}

std::string content_of(int fd) {
    std::string content;
    std::array<char, 4096> chunk;
    while (true) {
        const auto count =
            ::pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(content.size()));
        if (count <= 0)
            return content;
        content.append(chunk.data(), static_cast<std::size_t>(count));
    }
}

std::string path_of(const std::string& program) {
    const std::filesystem::path app = std::filesystem::path{WEFT_APPS_DIR} / program;
    return std::filesystem::exists(app) ? app.string() : program;
}

[[noreturn]] void become(char* const* command, pid_t parent, int in, int out, int err) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() == parent) {
        ::dup2(in, STDIN_FILENO);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(err, STDERR_FILENO);
        ::execvp(command[0], command);
    }
    ::_exit(127);
}

} // namespace

process::process(const std::vector<std::string>& command, std::string_view standard_input)
    : out_{memory_file({})}, err_{memory_file({})} {
    std::vector<std::string> words = command;
    words.front() = path_of(words.front());
    std::vector<char*> pointers;
    for (std::string& word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);

    const int in = memory_file(standard_input);
    const pid_t parent = ::getpid();
    id_ = checked(::fork(), "fork");
    if (id_ == 0)
        become(pointers.data(), parent, in, out_, err_);
    ::close(in);
}

process::~process() {
    if (!ended_) {
        ::kill(id_, SIGKILL);
        ::waitpid(id_, nullptr, 0);
    }
    ::close(out_);
    ::close(err_);
}

std::string process::out() const {
    return content_of(out_);
}

std::string process::err() const {
    return content_of(err_);
}

std::string process::wait_for(std::string_view text) const {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
        const std::string written = out();
        const std::size_t begin = written.find(text);
        const std::size_t end = written.find('\n', begin);
        if (begin != std::string::npos && end != std::string::npos)
            return written.substr(begin + text.size(), end - begin - text.size());
        std::this_thread::sleep_for(2ms);
    }
    throw std::runtime_error{"no \"" + std::string{text} + "\" in: " + out() + err()};
}

void process::signal(int number) const {
    checked(::kill(id_, number), "kill");
}

int process::wait() {
    pollfd end{.fd = open_pidfd(id_), .events = POLLIN, .revents = 0};
    const int ready =
        ::poll(&end, 1, static_cast<int>(std::chrono::milliseconds{patience}.count()));
    ::close(end.fd);
    if (ready != 1)
        throw std::runtime_error{"the process does not end: " + out() + err()};
    int status = 0;
    checked(::waitpid(id_, &status, 0), "waitpid");
    ended_ = true;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

finished run(const std::vector<std::string>& command, std::string_view standard_input) {
    process program{command, standard_input};
    const int code = program.wait();
    return {code, program.out(), program.err()};
}

bool is_installed(const std::string& program) {
    return run({"sh", "-c", "command -v " + program}).code == 0;
}
