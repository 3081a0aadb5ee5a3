#pragma once

#include <benchmarks/load/options.hpp>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// Connections that have exchanged one message and now are silent: the memory of the server for
/// one.
nlohmann::json idle_load(const load_options& options);

} // namespace bench
