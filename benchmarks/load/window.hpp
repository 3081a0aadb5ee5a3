#pragma once

#include <benchmarks/load/options.hpp>
#include <benchmarks/support/process_figures.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <stdexcept>

namespace bench {

/// The stretch of time that is measured, after the warm-up: what was completed in it, and the CPU
/// time that the server and this process used in it.
class window {
  public:
    using clock = std::chrono::steady_clock;

    explicit window(const load_options& options)
        : server_{options.server}
        , begin_{clock::now() + std::chrono::duration_cast<clock::duration>(options.warm_up)}
        , end_{begin_ + std::chrono::duration_cast<clock::duration>(options.duration)} {}

    /// To be called now and then; `completed` is the count of requests since the very beginning.
    /// Returns whether the load goes on.
    bool goes_on(std::size_t completed) {
        const auto now = clock::now();
        if (!measuring_ && now >= begin_) {
            measuring_ = true;
            first_ = {now, completed, server_cpu(), cpu_time(getpid())};
        }
        if (now < end_)
            return true;
        last_ = {now, completed, server_cpu(), cpu_time(getpid())};
        return false;
    }

    bool measuring() const { return measuring_; }

    nlohmann::json figures() const {
        if (last_.completed == first_.completed)
            throw std::runtime_error{"no request was completed"};
        const double seconds = std::chrono::duration<double>{last_.time - first_.time}.count();
        const auto requests = static_cast<double>(last_.completed - first_.completed);
        nlohmann::json result{{"requests", last_.completed - first_.completed},
                              {"requests_per_second", requests / seconds},
                              {"load_cpu_share", share(last_.load - first_.load, seconds)}};
        if (server_) {
            const auto used = last_.server - first_.server;
            result["server_cpu_share"] = share(used, seconds);
            result["server_cpu_us_per_request"] =
                static_cast<double>(used.count()) / 1e3 / requests;
        }
        return result;
    }

  private:
    struct reading {
        clock::time_point time;
        std::size_t completed = 0;
        std::chrono::nanoseconds server{};
        std::chrono::nanoseconds load{};
    };

    std::chrono::nanoseconds server_cpu() const {
        return server_ ? cpu_time(server_) : std::chrono::nanoseconds{};
    }
    static double share(std::chrono::nanoseconds used, double seconds) {
        return static_cast<double>(used.count()) / 1e9 / seconds;
    }

    pid_t server_;
    clock::time_point begin_;
    clock::time_point end_;
    bool measuring_ = false;
    reading first_;
    reading last_;
};

} // namespace bench
