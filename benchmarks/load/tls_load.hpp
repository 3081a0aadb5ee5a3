#pragma once

#include <benchmarks/load/options.hpp>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// As echo_load() with one message under way, by TLS.
nlohmann::json tls_echo_load(const load_options& options);

/// As churn_load(), by TLS: each visit has a whole handshake.
nlohmann::json tls_churn_load(const load_options& options);

/// As idle_load(), by TLS.
nlohmann::json tls_idle_load(const load_options& options);

} // namespace bench
