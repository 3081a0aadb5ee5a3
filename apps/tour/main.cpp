#include <apps/cli/command_line.hpp>
#include <apps/tour/kitchen.hpp>
#include <apps/tour/steps.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

struct step {
    const char* title;
    void (*run)();
};

constexpr std::array steps{
    step{"Two jobs in sequence", two_jobs_in_sequence},
    step{"Two jobs on two threads", two_jobs_on_two_threads},
    step{"Two jobs as two fibers", two_jobs_as_two_fibers},
    step{"Awaited one after the other", awaited_one_after_the_other},
    step{"Joined, all at once", joined_all_at_once},
    step{"Described first, started later", described_first_started_later},
    step{"Blocking on a result from plain code", blocking_on_a_result_from_plain_code},
};

void show(std::size_t number) {
    fmt::print("{}. {}\n", number, steps[number - 1].title);
    kitchen::start_clock();
    steps[number - 1].run();
    fmt::print("\n");
}

} // namespace

int main(int argc, char** argv) try {
    CLI::App app{"Concurrency in seven steps. The source to read along: apps/tour/steps.cpp",
                 "tour"};
    std::size_t only = 0;
    app.add_option("step", only, "the one to show; all, if none is given")
        ->check(CLI::Range(std::size_t{1}, steps.size()).description("1 to 7"));
    cli::parse_or_exit(app, argc, argv);

    if (only != 0)
        show(only);
    else
        for (std::size_t number = 1; number <= steps.size(); ++number)
            show(number);
} catch (const std::exception& error) {
    fmt::print(stderr, "tour: {}\n", error.what());
    return EXIT_FAILURE;
}
