#include <benchmarks/load/idle_load.hpp>

#include <benchmarks/load/connections.hpp>
#include <benchmarks/load/pattern.hpp>
#include <benchmarks/support/process_figures.hpp>

#include <nlohmann/json.hpp>

#include <stdexcept>
#include <thread>

namespace bench {

nlohmann::json idle_load(const load_options& options) {
    if (!options.server)
        throw std::invalid_argument{"idle needs --server, the process to look at"};
    const auto before = static_cast<double>(memory_bytes(options.server));
    const pattern bytes;
    const auto sockets = open_connections(options, bytes);
    std::this_thread::sleep_for(options.warm_up); // the server may tidy up
    const auto after = static_cast<double>(memory_bytes(options.server));
    return {{"bytes_per_connection", (after - before) / static_cast<double>(sockets.size())}};
}

} // namespace bench
