#include <apps/dns_lookup/lookup.hpp>
#include <apps/dns_lookup/options.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <variant>
#include <vector>

namespace {

/// In the order of the questions.
std::vector<outcome> look_up_all(const options& chosen) {
    netio::resolver names{chosen.resolver};
    std::vector<outcome> outcomes(chosen.questions.size());
    fibers::scope lookups;
    for (std::size_t i = 0; i != outcomes.size(); ++i)
        lookups.spawn([&, i] {
            outcomes[i] =
                std::visit([&](const auto& asked) { return look_up(names, asked, chosen.brief); },
                           chosen.questions[i]);
        });
    lookups.join();
    return outcomes;
}

} // namespace

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    int code = EXIT_SUCCESS;
    for (const outcome& each : fibers::run([&] { return look_up_all(chosen); })) {
        fmt::print("{}", each.answer);
        if (!each.problem.empty()) {
            fmt::print(stderr, "dns_lookup: {}\n", each.problem);
            code = EXIT_FAILURE;
        }
    }
    return code;
} catch (const std::exception& error) {
    fmt::print(stderr, "dns_lookup: {}\n", error.what());
    return EXIT_FAILURE;
}
