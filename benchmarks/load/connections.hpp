#pragma once

#include <benchmarks/load/client_socket.hpp>
#include <benchmarks/load/options.hpp>
#include <benchmarks/load/pattern.hpp>

#include <vector>

namespace bench {

/// Opens the connections and exchanges one message on each, a few hundred at a time: when it
/// returns the server has accepted and served all of them. Throws when it does not within seconds.
std::vector<client_socket> open_connections(const load_options& options, const pattern& bytes);

} // namespace bench
