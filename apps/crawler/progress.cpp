#include <apps/crawler/progress.hpp>

#include <fmt/format.h>

#include <chrono>
#include <cstdio>

progress::progress(const frontier& from)
    : frontier_{from}, reporter_{[this](conc::stop_token stop) { report(std::move(stop)); }} {}

void progress::add(const tally& more) {
    const conc::unique_lock lock{mutex_};
    so_far_ += more;
}

void progress::report(conc::stop_token stop) {
    using namespace std::chrono_literals;
    const auto never = [] { return false; };
    for (;;) {
        {
            conc::unique_lock lock{pause_mutex_};
            pause_.wait_for(lock, stop, 1s, never);
        }
        if (stop.stop_requested())
            return;
        const conc::shared_lock lock{mutex_};
        fmt::print(stderr, "{} pages so far, {} known and waiting\n", so_far_.pages,
                   frontier_.waiting());
    }
}
