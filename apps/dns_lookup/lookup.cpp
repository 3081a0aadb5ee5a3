#include <apps/dns_lookup/lookup.hpp>

#include <fmt/format.h>

#include <chrono>
#include <exception>

namespace {

/// Since when the answer is awaited.
class stopwatch {
  public:
    double milliseconds() const {
        return std::chrono::duration<double, std::milli>{std::chrono::steady_clock::now() - start_}
            .count();
    }

  private:
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace

outcome look_up(netio::resolver& names, const question& asked, bool brief) try {
    const stopwatch watch;
    const auto answer = names.query(asked.name, asked.type);
    const double elapsed = watch.milliseconds();
    std::string lines;
    for (const auto& each : answer.records)
        lines += brief ? netio::data_to_string(each) + '\n'
                       : fmt::format("{:30} {:>6} {:6} {}\n", each.name, each.ttl.count(),
                                     netio::to_string(each.type), netio::data_to_string(each));
    if (!brief)
        lines += answer.server
                     ? fmt::format(";; from {} in {:.1f} ms\n", answer.server->to_string(), elapsed)
                     : ";; no server is asked for this\n";
    return {lines, ""};
} catch (const std::exception& error) {
    return {"", fmt::format("{} ({})", error.what(), netio::to_string(asked.type))};
}

outcome look_up(netio::resolver& names, const netio::ip_address& address, bool brief) try {
    const stopwatch watch;
    const auto found = names.reverse(address);
    const double elapsed = watch.milliseconds();
    std::string lines;
    for (const std::string& each : found)
        lines += brief ? each + '\n' : fmt::format("{:30} {}\n", address.to_string(), each);
    if (!brief)
        lines += fmt::format(";; in {:.1f} ms\n", elapsed);
    return {lines, ""};
} catch (const std::exception& error) {
    return {"", error.what()};
}
