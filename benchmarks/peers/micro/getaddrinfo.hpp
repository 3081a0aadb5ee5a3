#pragma once

#include <nlohmann/json.hpp>

namespace bench::threads {

/// Names looked up by getaddrinfo in a pool of threads: another one each time, or always the same.
nlohmann::json lookup();
nlohmann::json lookup_known();

} // namespace bench::threads
