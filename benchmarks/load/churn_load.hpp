#pragma once

#include <benchmarks/load/options.hpp>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// Short connections: connect, one echo, close; `connections` of them at any time.
nlohmann::json churn_load(const load_options& options);

} // namespace bench
