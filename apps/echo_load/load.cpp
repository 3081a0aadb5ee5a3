#include <apps/echo_load/load.hpp>

#include <apps/echo_load/pattern.hpp>
#include <apps/echo_load/report.hpp>
#include <apps/echo_load/session.hpp>

#include <fibers/fiber.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <netio/connect.hpp>

#include <limits>
#include <utility>
#include <vector>

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;

namespace {

/// How many of the messages fall to connection `number`.
std::uint64_t share(const options& chosen, std::size_t number) {
    if (!chosen.count)
        return std::numeric_limits<std::uint64_t>::max() / chosen.size;
    return *chosen.count / chosen.connections + (number < *chosen.count % chosen.connections);
}

std::vector<netio::tcp_stream> connect(const options& chosen) {
    netio::resolver names;
    std::vector<netio::tcp_stream> streams;
    streams.reserve(chosen.connections);
    while (streams.size() < chosen.connections)
        streams.push_back(netio::connect(chosen.target, names));
    return streams;
}

void show_progress(const options& chosen, const latencies& measured) {
    const auto begin = clock_type::now();
    for (std::uint64_t seen = 0;;) {
        const auto before = clock_type::now();
        fibers::this_fiber::sleep_for(1s);
        const std::uint64_t now_seen = measured.count();
        const auto now = clock_type::now();
        report_progress(chosen, now - begin, now - before, now_seen - seen);
        seen = now_seen;
    }
}

} // namespace

std::chrono::duration<double> run_load(const options& chosen, latencies& measured) {
    const pattern bytes;
    fibers::runtime runtime{{.workers = chosen.workers}};
    return runtime.run([&] {
        auto streams = connect(chosen);
        const auto begin = clock_type::now();
        const workload load{chosen, bytes, measured,
                            chosen.count ? clock_type::time_point::max() : begin + chosen.duration};
        fibers::fiber<void> progress;
        if (chosen.progress)
            progress = fibers::spawn([&] { show_progress(chosen, measured); });
        fibers::scope sessions;
        for (std::size_t number = 0; number < streams.size(); ++number)
            sessions.spawn(
                [&load, number](netio::tcp_stream stream) {
                    session{load, number, std::move(stream)}.run(share(load.chosen, number));
                },
                std::move(streams[number]));
        sessions.join();
        return clock_type::now() - begin;
    });
}
