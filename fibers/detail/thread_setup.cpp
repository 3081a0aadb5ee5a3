#include <fibers/detail/thread_setup.hpp>

#include <dirent.h>
#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace fibers::detail {

unsigned available_processors() noexcept {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    return static_cast<unsigned>(std::max(1, CPU_COUNT(&allowed)));
}

bool may_run_on(int cpu) noexcept {
    cpu_set_t allowed;
    return cpu >= 0 && cpu < CPU_SETSIZE && ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 &&
           CPU_ISSET(static_cast<std::size_t>(cpu), &allowed);
}

std::optional<unsigned> threads_of_process() noexcept {
    DIR* const tasks = ::opendir("/proc/self/task");
    if (!tasks)
        return std::nullopt;
    unsigned threads = 0;
    while (const dirent* const task = ::readdir(tasks))
        threads += task->d_name[0] != '.';
    ::closedir(tasks);
    return threads;
}

void name_this_thread(const std::string& name, unsigned index) noexcept {
    constexpr std::size_t longest = 15; // pthread_setname_np(3)
    std::string number = std::to_string(index);
    number.insert(number.begin(), '/');
    const std::string whole = name.substr(0, longest - std::min(longest, number.size())) + number;
    ::pthread_setname_np(::pthread_self(), whole.c_str());
}

placement::placement() noexcept : known_(::sched_getaffinity(0, sizeof allowed_, &allowed_) == 0) {}

void placement::adopt() const noexcept {
    if (known_)
        ::sched_setaffinity(0, sizeof allowed_, &allowed_);
}

signals_blocked::signals_blocked() noexcept {
    sigset_t all_but_faults;
    ::sigfillset(&all_but_faults);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS})
        ::sigdelset(&all_but_faults, fault);
    ::pthread_sigmask(SIG_SETMASK, &all_but_faults, &previous_);
}

signals_blocked::~signals_blocked() {
    ::pthread_sigmask(SIG_SETMASK, &previous_, nullptr);
}

affinity_scope::affinity_scope(const std::vector<int>& cpus, unsigned index) {
    if (cpus.empty())
        return;
    const int cpu = cpus[index % cpus.size()];
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    if (cpu >= 0 && cpu < CPU_SETSIZE)
        CPU_SET(static_cast<std::size_t>(cpu), &wanted);
    if (::sched_getaffinity(0, sizeof previous_, &previous_) != 0 ||
        ::sched_setaffinity(0, sizeof wanted, &wanted) != 0)
        throw std::system_error(errno, std::generic_category(),
                                "fibers: cannot run on processor " + std::to_string(cpu));
    changed_ = true;
}

affinity_scope::~affinity_scope() {
    if (changed_)
        ::sched_setaffinity(0, sizeof previous_, &previous_);
}

} // namespace fibers::detail
