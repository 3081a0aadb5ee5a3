#pragma once

#include <apps/http_server/options.hpp>

/// Listens, says so, and serves until SIGINT or SIGTERM; then answers what is under way, and says what was
/// served. A second signal ends the process at once.
void serve(const options& options);
