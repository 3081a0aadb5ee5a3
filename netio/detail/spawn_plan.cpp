#include <netio/detail/spawn_plan.hpp>

#include <netio/detail/native_error.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace netio::detail {
namespace {

constexpr int first_passed = 3, last_passed = 255;

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (const std::string& word : words)
        pointers.push_back(const_cast<char*>(word.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

spawn_plan::spawn_plan() {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    sigset_t none, sigpipe;
    sigemptyset(&none);
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setsigdefault(&attributes_, &sigpipe);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

spawn_plan::~spawn_plan() {
    ::posix_spawnattr_destroy(&attributes_);
    ::posix_spawn_file_actions_destroy(&actions_);
}

unique_descriptor spawn_plan::redirect(int number, process_stream kind, std::error_code& ec) {
    ec.clear();
    if (kind == process_stream::none)
        ::posix_spawn_file_actions_addopen(&actions_, number, "/dev/null", O_RDWR, 0);
    if (kind != process_stream::pipe)
        return {};
    std::array<int, 2> ends;
    if (::pipe2(ends.data(), O_CLOEXEC) == -1) {
        ec = native_error();
        return {};
    }
    const bool child_reads = number == STDIN_FILENO;
    unique_descriptor ours{ends[child_reads]};
    const unique_descriptor theirs{ends[!child_reads]};
    ::fcntl(ours.get(), F_SETFL, O_NONBLOCK);
    const int source = put_aside(theirs.get(), ec);
    if (!ec)
        ::posix_spawn_file_actions_adddup2(&actions_, source, number);
    return ours;
}

void spawn_plan::pass_on(const std::vector<process_options::passed_descriptor>& passed,
                         std::error_code& ec) {
    ec.clear();
    int last = first_passed - 1;
    for (const auto& [ours, theirs] : passed) {
        if (theirs < first_passed || theirs > last_passed) {
            ec = std::make_error_code(std::errc::invalid_argument);
            return;
        }
        last = std::max(last, theirs);
    }
    for (int number = first_passed; number <= last; ++number)
        ::posix_spawn_file_actions_addclose(&actions_, number);
    for (const auto& [ours, theirs] : passed) {
        const int source = put_aside(ours, ec);
        if (ec)
            return;
        ::posix_spawn_file_actions_adddup2(&actions_, source, theirs);
    }
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, last + 1);
}

void spawn_plan::change_directory(const std::string& directory) {
    if (!directory.empty())
        ::posix_spawn_file_actions_addchdir_np(&actions_, directory.c_str());
}

pid_t spawn_plan::carry_out(const std::string& program, const process_options& options,
                            std::error_code& ec) const {
    std::vector<std::string> words{program};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    const auto arguments = pointers_to(words);
    std::vector<char*> environment;
    if (options.environment)
        environment = pointers_to(*options.environment);
    pid_t child = -1;
    const int error =
        ::posix_spawnp(&child, program.c_str(), &actions_, &attributes_, arguments.data(),
                       options.environment ? environment.data() : ::environ);
    ec = {error, std::system_category()};
    return child;
}

int spawn_plan::put_aside(int fd, std::error_code& ec) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, last_passed + 1);
    if (copy == -1)
        ec = native_error();
    else
        put_aside_.emplace_back(copy);
    return copy;
}

} // namespace netio::detail
