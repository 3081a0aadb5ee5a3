#include <apps/crawler/concurrency.hpp>
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

void complain(const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", program_name, error.what());
}

/// What nobody can catch ends the program like everything else: a fiber for whose stack there is no
/// address space when its turn has come.
[[noreturn]] void complain_and_end() {
    try {
        if (const auto uncaught = std::current_exception())
            std::rethrow_exception(uncaught);
    } catch (const std::exception& error) {
        complain(error);
        std::_Exit(EXIT_FAILURE);
    } catch (...) {
    }
    std::abort();
}

} // namespace

int main(int argc, char** argv) try {
    std::set_terminate(complain_and_end);
    const options chosen = options_from(argc, argv);
#ifdef CRAWLER_ON_FIBERS
    fibers::runtime{{.workers = chosen.workers}}.run([&] { run(chosen); });
#else
    run(chosen);
#endif
} catch (const std::exception& error) {
    complain(error);
    return EXIT_FAILURE;
}
