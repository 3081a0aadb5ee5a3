#include <apps/crawler/crawl.hpp>
#include <apps/crawler/options.hpp>

#ifdef CRAWLER_ON_FIBERS
#include <fibers/runtime.hpp>
#endif

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

void report(const options& chosen, const tally& found, std::chrono::duration<double> time) {
    fmt::print("{} pages of {} hosts, {} bytes, checksum {:016x}; {} broken links, {} disallowed\n",
               found.pages, chosen.hosts, found.bytes, found.checksum, found.broken,
               found.disallowed);
    fmt::print("{} threads, {:.2f} s, {:.0f} pages/s\n", chosen.threads, time.count(),
               static_cast<double>(found.pages) / time.count());
}

void run(const options& chosen) {
    const auto start = std::chrono::steady_clock::now();
    const tally found = crawl(chosen);
    report(chosen, found, std::chrono::steady_clock::now() - start);
}

} // namespace

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
#ifdef CRAWLER_ON_FIBERS
    fibers::runtime{{.workers = chosen.workers}}.run([&] { run(chosen); });
#else
    run(chosen);
#endif
} catch (const std::exception& error) {
    fmt::print(stderr, "crawler: {}\n", error.what());
    return EXIT_FAILURE;
}
