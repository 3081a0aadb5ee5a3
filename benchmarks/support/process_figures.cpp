#include <benchmarks/support/process_figures.hpp>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {

std::chrono::nanoseconds cpu_time(pid_t process) {
    clockid_t clock{};
    if (const int error = clock_getcpuclockid(process, &clock))
        throw std::system_error{error, std::generic_category(), "clock_getcpuclockid"};
    timespec used{};
    if (clock_gettime(clock, &used) != 0)
        throw std::system_error{errno, std::generic_category(), "clock_gettime"};
    return std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec};
}

std::size_t memory_bytes(pid_t process) {
    const std::string path = "/proc/" + std::to_string(process) + "/smaps_rollup";
    std::ifstream file{path};
    for (std::string word; file >> word;) {
        std::size_t kibibytes = 0;
        if (word == "Pss:" && file >> kibibytes)
            return kibibytes * 1024;
    }
    throw std::runtime_error{path + ": no Pss line"};
}

std::size_t mapping_count() {
    std::ifstream file{"/proc/self/maps"};
    return std::count(std::istreambuf_iterator<char>{file}, {}, '\n');
}

} // namespace bench
