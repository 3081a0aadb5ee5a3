#include <apps/cli/descriptor_limit.hpp>

#include <sys/resource.h>

namespace cli {

void raise_descriptor_limit() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE,
                &limit); // where it fails, the first limit holds, and will be reported
}

} // namespace cli
