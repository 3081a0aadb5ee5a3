#pragma once

#include <benchmarks/load/options.hpp>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// Persistent connections: on each, `depth` messages are always under way.
nlohmann::json echo_load(const load_options& options);

} // namespace bench
