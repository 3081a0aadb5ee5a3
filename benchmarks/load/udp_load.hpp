#pragma once

#include <benchmarks/load/options.hpp>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// Sockets, each of which always has `depth` datagrams under way. One that is lost makes the run fail: together
/// they must not be more than a socket of the server has room for.
nlohmann::json udp_load(const load_options& options);

} // namespace bench
