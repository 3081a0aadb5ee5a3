#include <tests/fibers/hang_watch.hpp>

#include <cstdio>
#include <cstdlib>

namespace test {

hang_watch::hang_watch(std::string what, std::chrono::milliseconds patience)
    : what_{std::move(what)}
    , patience_{patience}
    , watcher_{[this](const std::stop_token& over) { look(over); }} {}

void hang_watch::look(const std::stop_token& over) {
    std::unique_lock lock{mutex_};
    for (unsigned long seen = steps_;; seen = steps_) {
        over_.wait_for(lock, over, patience_, [] { return false; });
        if (over.stop_requested())
            return;
        if (steps_ == seen) {
            std::fprintf(stderr, "no step for %lld ms: %s\n",
                         static_cast<long long>(patience_.count()), what_.c_str());
            std::abort();
        }
    }
}

} // namespace test
