#include <apps/crawler/web.hpp>

#include <apps/crawler/concurrency.hpp>

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace {

/// A number that looks random: the finaliser of SplitMix64.
std::uint64_t scrambled(std::uint64_t value) {
    value += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
}

} // namespace

void web::travel(std::size_t seed) const {
    const auto percent = static_cast<long>(50 + scrambled(seed) % 101);
    conc::this_thread::sleep_for(std::chrono::microseconds{latency_} * percent / 100);
}

response web::get(const url& wanted) const {
    const std::size_t seed = std::hash<url>{}(wanted);
    travel(seed);
    if (wanted.host >= hosts_ || wanted.page >= pages_)
        return {404, "<h1>Not found</h1>"};

    response answer;
    const auto out = std::back_inserter(answer.body);
    fmt::format_to(out, "<h1>Page {} of host {}</h1>", wanted.page, wanted.host);
    const auto link = [&](const url& to) {
        fmt::format_to(out, "<p>See <a href=\"{}\">there</a>.</p>", to_string(to));
    };
    // A host's pages are a tree, and so are the hosts; some links go across.
    for (const std::size_t child : {2 * wanted.page + 1, 2 * wanted.page + 2})
        if (child < pages_)
            link({wanted.host, child});
    if (wanted.page == 0)
        for (const std::size_t other : {2 * wanted.host + 1, 2 * wanted.host + 2})
            if (other < hosts_)
                link({other, 0});
    link({scrambled(seed + 1) % hosts_, scrambled(seed + 2) % pages_});
    if (scrambled(seed + 3) % 20 == 0)
        link({wanted.host, pages_ + wanted.page});
    return answer;
}

response web::get_robots(std::size_t host) const {
    travel(host);
    if (host % 4 != 3)
        return {404, {}};
    return {200, fmt::format("User-agent: *\nDisallow: /{}\n", pages_ - 1)};
}
