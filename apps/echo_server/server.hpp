#pragma once

#include <apps/echo_server/options.hpp>

/// Listens, says so, and echoes until SIGINT or SIGTERM; then lets the connections finish, and says
/// what was served. A second signal ends the process at once.
void serve(const options& options);
