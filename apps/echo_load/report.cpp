#include <apps/echo_load/report.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <utility>

namespace {

constexpr std::array<std::pair<const char*, double>, 4> quantiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}};

constexpr double mebibyte = 1024 * 1024;
constexpr double microseconds = 1e6; // in a second

struct rates {
    double messages_per_second;
    double mib_per_second; // each way
};

rates rates_of(const options& chosen, std::uint64_t messages, seconds time) {
    const double each_second = static_cast<double>(messages) / time.count();
    return {each_second, each_second * static_cast<double>(chosen.size) / mebibyte};
}

void report_table(const options& chosen, seconds elapsed, const latencies& measured) {
    const auto [messages, mib] = rates_of(chosen, measured.count(), elapsed);
    fmt::print("{} connections, {} bytes a message, {} under way on each\n", chosen.connections,
               chosen.size, chosen.pipeline);
    fmt::print("{} messages in {:.2f} s, every byte as it was sent\n", measured.count(),
               elapsed.count());
    fmt::print("{:.0f} messages/s, {:.1f} MiB/s each way\n", messages, mib);
    fmt::print("latency");
    for (const auto& [name, q] : quantiles)
        fmt::print("  {} {:.0f} µs", name, measured.quantile(q) * microseconds);
    fmt::print("  max {:.0f} µs\n", measured.max() * microseconds);
}

void report_json(const options& chosen, seconds elapsed, const latencies& measured) {
    const auto [messages, mib] = rates_of(chosen, measured.count(), elapsed);
    nlohmann::ordered_json latency;
    for (const auto& [name, q] : quantiles)
        latency[name] = measured.quantile(q) * microseconds;
    latency["max"] = measured.max() * microseconds;
    const nlohmann::ordered_json result{{"target", chosen.target},
                                        {"connections", chosen.connections},
                                        {"size", chosen.size},
                                        {"pipeline", chosen.pipeline},
                                        {"workers", chosen.workers},
                                        {"seconds", elapsed.count()},
                                        {"messages", measured.count()},
                                        {"bytes", measured.count() * chosen.size},
                                        {"messages_per_second", messages},
                                        {"mib_per_second", mib},
                                        {"latency_us", latency}};
    fmt::print("{}\n", result.dump(2));
}

} // namespace

void report_progress(const options& chosen, seconds since_begin, seconds interval,
                     std::uint64_t messages) {
    const auto [each_second, mib] = rates_of(chosen, messages, interval);
    fmt::print(stderr, "{:4.0f} s  {:9.0f} messages/s  {:8.1f} MiB/s each way\n",
               since_begin.count(), each_second, mib);
}

void report(const options& chosen, seconds elapsed, const latencies& measured) {
    (chosen.json ? report_json : report_table)(chosen, elapsed, measured);
}
