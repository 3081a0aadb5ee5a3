#include <benchmarks/support/file_limit.hpp>

#include <sys/resource.h>

#include <cerrno>
#include <system_error>

namespace bench {

std::size_t raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::system_error{errno, std::generic_category(), "getrlimit"};
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        throw std::system_error{errno, std::generic_category(), "setrlimit"};
    return limit.rlim_cur;
}

} // namespace bench
