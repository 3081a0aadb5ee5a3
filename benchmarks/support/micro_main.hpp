#pragma once

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <string_view>

namespace bench {

/// One case of a micro benchmark; it returns its figures, for example {"ns_per_op": 12.5}.
struct micro_case {
    std::string_view name;
    nlohmann::json (*run)();
};

/// The main() of the micro benchmarks: `PROGRAM CASE` runs one case and prints its figures as one
/// line of JSON, `PROGRAM --list` prints the names of the cases. One case per process, because most
/// of them are about a cold start.
int micro_main(int argc, char** argv, std::initializer_list<micro_case> cases);

} // namespace bench
